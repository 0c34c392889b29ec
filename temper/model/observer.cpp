#include "temper/model/observer.h"

#include <ATen/record_function.h>

#include <utility>

namespace temper::model {
namespace {

constexpr auto kKind = c10::DebugInfoKind::PRODUCER_INFO;

struct Kept : at::ObserverContext {
  explicit Kept(std::int64_t number) : value(number) {}
  std::int64_t value;
};

}  // namespace

/// LibTorch's callbacks are plain functions, which find the observer here. Unlike a thread-local
/// variable, it goes with the backward pass into the autograd engine's threads.
struct Observer::Current : c10::DebugInfoBase {
  explicit Current(Observer& one) : observer(one) {}
  Observer& observer;
};

Observer& Observer::current() {
  return static_cast<Current*>(c10::ThreadLocalDebugInfo::get(kKind))->observer;
}

std::unique_ptr<at::ObserverContext> Observer::on_begin(const at::RecordFunction& function) {
  auto& observer = current();
  const std::scoped_lock lock(observer.called_);
  const auto kept = observer.begin_(function.name(), function.inputs());
  return kept == 0 ? nullptr : std::make_unique<Kept>(kept);
}

void Observer::on_end(const at::RecordFunction& function, at::ObserverContext* context) {
  const auto* kept = dynamic_cast<const Kept*>(context);
  if (kept == nullptr) return;
  const auto& outputs = function.outputs();
  auto& observer = current();
  const std::scoped_lock lock(observer.called_);
  observer.end_(kept->value, Values(outputs.data(), outputs.size()));
}

Observer::Observer(Begin begin, End end)
    : begin_(std::move(begin)),
      end_(std::move(end)),
      made_current_(kKind, std::make_shared<Current>(*this)),
      handle_(at::addThreadLocalCallback(
          at::RecordFunctionCallback(on_begin, on_end)
              .needsInputs(true)
              .needsOutputs(static_cast<bool>(end_))
              .scopes({at::RecordScope::FUNCTION, at::RecordScope::USER_SCOPE}))) {}

Observer::~Observer() {
  at::removeCallback(handle_);
}

}  // namespace temper::model
