#pragma once
#include <c10/util/ArrayRef.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

namespace at {
struct ObserverContext;
struct RecordFunction;
}  // namespace at
namespace c10 {
struct IValue;
}  // namespace c10

namespace temper::model {

/// Observes the operators that this thread calls during the lifetime of this object, and those that
/// LibTorch's own threads call for it, as in a backward pass on a GPU; also the messages to other
/// processes, which c10d's threads send for it. A thread has one observer at a time, which lives
/// until these messages are done. Works for any network, also for a user's own.
class Observer {
 public:
  using Values = c10::ArrayRef<const c10::IValue>;
  /// @param name  such as "aten::linear", or "gloo:all_reduce" for a message
  /// Calls no operators itself.
  /// @return what `end` is called with, beside the operator's outputs; 0: it is not called
  using Begin = std::function<std::int64_t(std::string_view name, Values inputs)>;
  using End = std::function<void(std::int64_t kept, Values outputs)>;

  explicit Observer(Begin begin, End end = {});
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  Observer(Observer&&) = delete;
  Observer& operator=(Observer&&) = delete;

 private:
  struct Current;
  static Observer& current();
  static std::unique_ptr<at::ObserverContext> on_begin(const at::RecordFunction& function);
  static void on_end(const at::RecordFunction& function, at::ObserverContext* context);

  Begin begin_;
  End end_;
  std::mutex called_;  ///< held while one of them is called
  c10::DebugInfoGuard made_current_;
  std::uint64_t handle_;
};

}  // namespace temper::model
