#include "temper/model/network.h"

#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "temper/core/error.h"
#include "temper/model/autocast.h"
#include "temper/model/contention.h"
#include "temper/model/observer.h"
#include "temper/model/weights.h"

namespace temper::model {
namespace {

std::int64_t per_output(const at::Tensor& weight) {
  return weight.numel() / weight.size(0);
}

/// The weight of a convolution with a fused operation on its output. If that is the addition of
/// another tensor, the tensor precedes the weight.
at::Tensor folded_weight(Observer::Values inputs) {
  const bool adds = inputs[2].isTensor() && inputs[2].toTensor().dim() == 4;
  return inputs[adds ? 2 : 1].toTensor();
}

/// Multiply-adds of a convolution per element of its output. In a transposed one every input
/// element is multiplied by every filter; its multiply-adds are added to `total` here, and 0 is
/// returned.
std::int64_t for_each_output(Observer::Values inputs, std::int64_t& total) {
  const auto weight = inputs[1].toTensor();
  const auto each = per_output(weight);
  const bool transposed = inputs[6].toBool();
  if (!transposed) return each;
  total += inputs[0].toTensor().numel() * each;
  return 0;
}

std::int64_t count(std::string_view name, Observer::Values inputs, std::int64_t& total) {
  const auto input = [&](std::size_t i) { return inputs[i].toTensor(); };
  if (name == "aten::convolution") return for_each_output(inputs, total);
  if (name == "mkldnn::_convolution_pointwise") return per_output(folded_weight(inputs));
  if (name == "aten::mm" || name == "aten::bmm") total += input(0).numel() * input(1).size(-1);
  if (name == "aten::addmm" || name == "aten::baddbmm")
    total += input(1).numel() * input(2).size(-1);
  if (name == "aten::mv" || name == "aten::dot") total += input(0).numel();
  if (name == "aten::addmv") total += input(1).numel();
  return 0;
}

/// Ends the transform of a pass, also where the pass throws.
class Ending {
 public:
  explicit Ending(const StageTransform*& transform) : transform_(transform) {}
  ~Ending() { transform_ = nullptr; }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  Ending(Ending&&) = delete;
  Ending& operator=(Ending&&) = delete;

 private:
  const StageTransform*& transform_;
};

}  // namespace

at::Tensor Network::forward(const at::Tensor& images, const StageTransform* transform) {
  if (images.is_cpu()) ContentionPolicy::of_this_thread().adapt();
  if (transform == nullptr) return cast_and_compute(images);
  if (transform->stage < 1 || transform->stage >= stages())
    throw Error(
        Code::usage,
        fmt::format("the output of stage {} is to be changed, and the network has {} stages "
                    "of blocks",
                    transform->stage, std::max<std::int64_t>(stages() - 1, 0)));
  transform_ = transform;
  const Ending ending(transform_);
  return cast_and_compute(images);
}

at::Tensor Network::cast_and_compute(const at::Tensor& images) {
  if (format_ == at::kFloat) return compute(images);
  if (casts_itself()) return compute(images.to(format_)).to(at::kFloat);
  const Autocast scope(format_, images.device().type());
  return compute(images).to(at::kFloat);
}

std::int64_t multiply_adds(Network& network, const Task& task) {
  const auto graph = network.graph(task);
  return graph ? multiply_adds(*graph) : executed_multiply_adds(network, task);
}

std::int64_t executed_multiply_adds(Network& network, const Task& task) {
  const auto& parameters = network.parameters();
  const auto device = parameters.empty() ? at::Device(at::kCPU) : parameters[0].value.device();
  const at::NoGradGuard guard;
  const auto image = at::zeros({1, task.channels, task.height, task.width}, device);
  network.train(false);
  std::int64_t total = 0;
  const Observer observer([&total](std::string_view name,
                                   Observer::Values inputs) { return count(name, inputs, total); },
                          [&total](std::int64_t each, Observer::Values outputs) {
                            total += outputs[0].toTensor().numel() * each;
                          });
  network.forward(channels_last(image));
  return total;
}

std::int64_t parameter_count(const Network& network) {
  std::int64_t total = 0;
  for (const auto& parameter : network.parameters()) total += parameter.value.numel();
  return total;
}

const Parameter* head_weight(const Network& network) {
  const auto& all = network.parameters();
  const auto head = std::ranges::find(all, ParameterKind::head, &Parameter::kind);
  return head == all.end() ? nullptr : &*head;
}

}  // namespace temper::model
