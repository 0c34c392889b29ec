#include "temper/model/observer.h"

#include <ATen/record_function.h>

#include <utility>

namespace temper::model {
namespace {

// LibTorch's callbacks are plain functions, which find the observer here.
thread_local const Observer* current = nullptr;

struct Kept : at::ObserverContext {
  explicit Kept(std::int64_t number) : value(number) {}
  std::int64_t value;
};

}  // namespace

std::unique_ptr<at::ObserverContext> Observer::on_begin(const at::RecordFunction& function) {
  const auto kept = current->begin_(function.name(), function.inputs());
  return kept == 0 ? nullptr : std::make_unique<Kept>(kept);
}

void Observer::on_end(const at::RecordFunction& function, at::ObserverContext* context) {
  const auto* kept = dynamic_cast<const Kept*>(context);
  if (kept == nullptr) return;
  const auto& outputs = function.outputs();
  current->end_(kept->value, Values(outputs.data(), outputs.size()));
}

Observer::Observer(Begin begin, End end)
    : begin_(std::move(begin)),
      end_(std::move(end)),
      handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(on_begin, on_end)
                                             .needsInputs(true)
                                             .needsOutputs(static_cast<bool>(end_))
                                             .scopes({at::RecordScope::FUNCTION}))) {
  current = this;
}

Observer::~Observer() {
  at::removeCallback(handle_);
  current = nullptr;
}

}  // namespace temper::model
