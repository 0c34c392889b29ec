#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

namespace temper::model {

/// Adapts how the threads of LibTorch's parallel loops wait for one another to the load of the
/// machine; numbers do not depend on it.
///
/// They spin, which is fastest while each of them has a processor. Where other processes compute on
/// the same processors, a spinning thread takes time from the thread that it waits for. So this
/// measures how long the threads were ready to run without running (Linux's schedstat), and while
/// that is a considerable part of the time, makes them sleep after a short spin.
class WaitPolicy {
 public:
  /// @param user_set  the user has chosen a policy (OMP_WAIT_POLICY, GOMP_SPINCOUNT): keep it
  explicit WaitPolicy(bool user_set = set_by_user());
  ~WaitPolicy();
  WaitPolicy(const WaitPolicy&) = delete;
  WaitPolicy& operator=(const WaitPolicy&) = delete;
  WaitPolicy(WaitPolicy&&) = delete;
  WaitPolicy& operator=(WaitPolicy&&) = delete;

  /// Call it once per pass; it measures four times per second. Network::forward() calls that of its
  /// thread.
  void adapt();
  static WaitPolicy& of_this_thread();

  /// Whether threads sleep after a short spin now.
  [[nodiscard]] bool sleeps() const { return idle_team_ != nullptr; }

  /// Whether the compiler's OpenMP runtime is LibTorch's and the system measures delays; without
  /// that, adapt() does nothing.
  static bool supported();

 private:
  class IdleTeam;
  static bool set_by_user();

  bool enabled_;
  std::chrono::steady_clock::time_point measured_;
  std::int64_t delay_ = 0;  ///< nanoseconds, of all threads together, at the last measurement
  std::unique_ptr<IdleTeam> idle_team_;
};

}  // namespace temper::model
