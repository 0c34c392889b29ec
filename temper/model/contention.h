#pragma once
#include <sched.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace temper::model {

/// Adapts how the threads of LibTorch's parallel loops use the processors to the load that other
/// processes put on them; numbers do not depend on it.
///
/// Threads that wait for one another spin, which is fastest while each of them has a processor, and
/// in the barriers of oneDNN's convolutions they have no choice. Two threads that spin on one
/// processor make progress once per time slice. So this measures how long each thread was ready to
/// run without running (Linux's schedstat). While that is a considerable part of the time
/// - of any thread: each thread keeps to one processor, so that no two of them share one, where
///   there are as many threads as processors;
/// - of all threads together (or where they can't be separated): they sleep after a short spin.
class ContentionPolicy {
 public:
  /// @param user_set  the user has decided (a variable OMP_WAIT_POLICY, GOMP_SPINCOUNT,
  ///                  OMP_PROC_BIND, OMP_PLACES or GOMP_CPU_AFFINITY): change nothing
  explicit ContentionPolicy(bool user_set = set_by_user());
  ~ContentionPolicy();
  ContentionPolicy(const ContentionPolicy&) = delete;
  ContentionPolicy& operator=(const ContentionPolicy&) = delete;
  ContentionPolicy(ContentionPolicy&&) = delete;
  ContentionPolicy& operator=(ContentionPolicy&&) = delete;

  /// Call it once per pass; it measures four times per second. Network::forward() calls that of its
  /// thread.
  void adapt();
  static ContentionPolicy& of_this_thread();

  /// Whether each thread keeps to one processor now. Threads that are started meanwhile do not.
  [[nodiscard]] bool separates() const { return processors_.has_value(); }
  /// Whether threads sleep after a short spin now.
  [[nodiscard]] bool sleeps() const { return idle_team_ != nullptr; }

  /// Whether the compiler's OpenMP runtime is LibTorch's and the system measures delays; without
  /// that, adapt() does nothing.
  static bool supported();

 private:
  class IdleTeam;
  static bool set_by_user();
  bool separate(std::size_t threads);
  void release();

  bool enabled_;
  std::chrono::steady_clock::time_point measured_;
  std::vector<std::int64_t> delays_;     ///< nanoseconds, of each thread, at the last measurement
  std::optional<cpu_set_t> processors_;  ///< that the threads had before they were separated
  std::unique_ptr<IdleTeam> idle_team_;
};

}  // namespace temper::model
