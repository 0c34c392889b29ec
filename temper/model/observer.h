#pragma once
#include <c10/util/ArrayRef.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace at {
struct ObserverContext;
struct RecordFunction;
}  // namespace at
namespace c10 {
struct IValue;
}  // namespace c10

namespace temper::model {

/// Observes the operators that this thread calls during the lifetime of this object; a thread has
/// one at a time. Works for any network, also for a user's own.
class Observer {
 public:
  using Values = c10::ArrayRef<const c10::IValue>;
  /// @param name  such as "aten::linear"
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
  static std::unique_ptr<at::ObserverContext> on_begin(const at::RecordFunction& function);
  static void on_end(const at::RecordFunction& function, at::ObserverContext* context);

  Begin begin_;
  End end_;
  std::uint64_t handle_;
};

}  // namespace temper::model
