#include "temper/model/normalise_together.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <c10/core/ScalarType.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace temper::model {
namespace {

namespace autograd = torch::autograd;

at::Tensor summed(BatchSums& sums, const at::Tensor& values) {
  const auto all = values.detach().to(at::kCPU, at::kDouble, /*non_blocking=*/false, /*copy=*/true);
  sums.sum({all.mutable_data_ptr<double>(), static_cast<std::size_t>(all.numel())});
  return all.to(values.options());
}

/// What every process' loss makes of a sum flows back into the terms of all of them.
class SumBackward final : public autograd::Node {
 public:
  explicit SumBackward(BatchSums& sums) : sums_(&sums) {}

  // NOLINTNEXTLINE(misc-override-with-different-visibility): as LibTorch's own nodes
  autograd::variable_list apply(autograd::variable_list&& incoming) override {
    const at::NoGradGuard guard;
    return {summed(*sums_, incoming[0])};
  }

 private:
  BatchSums* sums_;
};

/// The sum over the processes, one vector.
at::Tensor sum_of_all(BatchSums& sums, const at::Tensor& values) {
  auto all = summed(sums, values);
  if (!at::GradMode::is_enabled() || !values.requires_grad()) return all;
  const std::shared_ptr<SumBackward> node(new SumBackward(sums), autograd::deleteNode);
  node->set_next_edges(autograd::collect_next_edges(values));
  autograd::set_history(all, node);
  return all;
}

void move(const at::Tensor& running, const at::Tensor& value, double momentum) {
  running.mul_(1 - momentum).add_(value, momentum);
}

}  // namespace

at::Tensor normalise_together(const Normalisation& norm, const Mode& mode, const at::Tensor& x) {
  const auto wide = x.to(at::promote_types(x.scalar_type(), at::kFloat));
  const auto channels = x.size(1);
  const auto by_channel = [&](const at::Tensor& values) {
    return values.to(wide.scalar_type()).view({1, channels, 1, 1});
  };
  const std::int64_t own = x.numel() / channels;
  const auto pixels = at::full({1}, static_cast<double>(own), wide.options());
  const auto first = sum_of_all(*mode.sums, at::cat({wide.sum({0, 2, 3}), pixels}));
  const auto n = first[channels].item<double>();
  const auto mean = first.narrow(0, 0, channels) / n;
  const auto centred = wide - by_channel(mean);
  const auto variance = sum_of_all(*mode.sums, centred.square().sum({0, 2, 3})) / n;
  {
    const at::NoGradGuard guard;
    const auto momentum = mode.momentum.value_or(norm.momentum);
    move(norm.running_mean, mean.detach(), momentum);
    move(norm.running_var, variance.detach() * (n / (n - 1)), momentum);
  }
  const auto scale = by_channel((variance + norm.epsilon).rsqrt()) * by_channel(norm.weight);
  return (centred * scale + by_channel(norm.bias)).to(x.scalar_type());
}

}  // namespace temper::model
