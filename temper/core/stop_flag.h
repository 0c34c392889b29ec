#pragma once
#include <atomic>

namespace temper {

/// A request to stop the work at the next safe point. Setting it is safe in a signal handler and
/// from any thread.
class StopFlag {
 public:
  void set() noexcept { asked_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool is_set() const noexcept { return asked_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> asked_ = false;
  static_assert(std::atomic<bool>::is_always_lock_free);
};

}  // namespace temper
