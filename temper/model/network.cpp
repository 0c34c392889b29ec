#include "temper/model/network.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <ATen/record_function.h>

#include <memory>
#include <string_view>

#include "temper/model/weights.h"

namespace temper::model {
namespace {

// LibTorch's observers are plain functions, so the count has to lie where they find it.
thread_local std::int64_t* count = nullptr;

/// Kept from a convolution's begin to its end, when the size of its output is known.
struct PerOutput : at::ObserverContext {
  explicit PerOutput(std::int64_t n) : multiply_adds(n) {}
  std::int64_t multiply_adds;
};

std::unique_ptr<at::ObserverContext> begin_convolution(c10::ArrayRef<c10::IValue> inputs) {
  const auto weight = inputs[1].toTensor();
  const auto each = weight.numel() / weight.size(0);
  const bool transposed = inputs[6].toBool();
  if (!transposed) return std::make_unique<PerOutput>(each);
  *count += inputs[0].toTensor().numel() * each;  // every input meets every filter
  return nullptr;
}

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  const std::string_view name = function.name();
  const auto input = [&](std::size_t i) { return function.inputs()[i].toTensor(); };
  if (name == "aten::convolution") return begin_convolution(function.inputs());
  if (name == "aten::mm" || name == "aten::bmm") *count += input(0).numel() * input(1).size(-1);
  if (name == "aten::addmm" || name == "aten::baddbmm")
    *count += input(1).numel() * input(2).size(-1);
  if (name == "aten::mv" || name == "aten::dot") *count += input(0).numel();
  if (name == "aten::addmv") *count += input(1).numel();
  return nullptr;
}

void end(const at::RecordFunction& function, at::ObserverContext* context) {
  if (const auto* per_output = dynamic_cast<const PerOutput*>(context))
    *count += function.outputs()[0].toTensor().numel() * per_output->multiply_adds;
}

class Observed {
 public:
  explicit Observed(std::int64_t& total)
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(begin, end)
                                               .needsInputs(true)
                                               .needsOutputs(true)
                                               .scopes({at::RecordScope::FUNCTION}))) {
    count = &total;
  }
  ~Observed() {
    at::removeCallback(handle_);
    count = nullptr;
  }
  Observed(const Observed&) = delete;
  Observed& operator=(const Observed&) = delete;
  Observed(Observed&&) = delete;
  Observed& operator=(Observed&&) = delete;

 private:
  at::CallbackHandle handle_;
};

}  // namespace

std::int64_t multiply_adds(Network& network, const Task& task) {
  const auto& parameters = network.parameters();
  const auto device = parameters.empty() ? at::Device(at::kCPU) : parameters[0].value.device();
  const at::NoGradGuard guard;
  const auto image = at::zeros({1, task.channels, task.height, task.width}, device);
  network.train(false);
  std::int64_t total = 0;
  const Observed observed(total);
  network.forward(channels_last(image));
  return total;
}

std::int64_t parameter_count(const Network& network) {
  std::int64_t total = 0;
  for (const auto& parameter : network.parameters()) total += parameter.value.numel();
  return total;
}

}  // namespace temper::model
