#include "temper/model/layers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace temper::model {
namespace {

/// As in PyTorch.
constexpr double kMomentum = 0.1;
constexpr double kEpsilon = 1e-5;

/// In the backward pass of a strided 1 x 1 convolution of 2, 4 or 8 channels oneDNN writes out of
/// bounds (oneDNN issue 6035). With fewer channels than this, the input is subsampled first and the
/// convolution has stride 1.
constexpr std::int64_t kNarrow = 16;

bool can_fold(const Convolution& convolution, const Normalisation& norm, const at::Tensor& x,
              const at::Tensor& added) {
  if (!x.is_cpu() || convolution.bias || convolution.weight.parameter().scalar_type() != at::kFloat)
    return false;
  if (!at::GradMode::is_enabled()) return true;
  const auto all = {x, convolution.weight.parameter(), norm.weight, norm.bias, added};
  return std::ranges::none_of(
      all, [](const at::Tensor& one) { return one.defined() && one.requires_grad(); });
}

double deviation_by_fan_out(std::int64_t out, std::int64_t kernel) {
  return std::sqrt(2.0 / static_cast<double>(out * kernel * kernel));
}

}  // namespace

Convolution::Convolution(Weights& weights, std::string layer, std::int64_t in, std::int64_t out,
                         const Window& geometry, bool has_bias)
    : name(std::move(layer)),
      weight(weights.normal(name + ".weight",
                            {out, in / geometry.groups, geometry.kernel, geometry.kernel},
                            deviation_by_fan_out(out, geometry.kernel))),
      window(geometry) {
  if (has_bias) bias.emplace(weights.constant(name + ".bias", {out}, 0, ParameterKind::bias));
}

Value Convolution::operator()(const Value& x) const {
  if (x.recorded())
    return x.then({.operation = Operation::convolution,
                   .shape = window.output(x.shape(), weight.parameter().size(0)),
                   .layer = name,
                   .window = window});
  const auto& input = x.tensor();
  const auto operand = weight.in(input.scalar_type());
  const auto offset = bias ? bias->in(input.scalar_type()) : at::Tensor();
  const auto convolve = [&](const at::Tensor& from, std::int64_t stride) {
    return at::convolution(from, operand, offset, {stride, stride},
                           {window.padding, window.padding}, {1, 1}, /*transposed=*/false, {0, 0},
                           window.groups);
  };
  const auto stride = window.stride;
  const bool narrow = operand.size(1) < kNarrow && window.kernel == 1 && stride > 1;
  if (!narrow || !input.is_cpu()) return convolve(input, stride);
  return convolve(input.slice(2, 0, std::nullopt, stride).slice(3, 0, std::nullopt, stride), 1);
}

BatchNorm::BatchNorm(Weights& weights, std::string layer, std::int64_t channels, double gamma)
    : name(std::move(layer)),
      norm{.weight =
               weights.constant(name + ".weight", {channels}, gamma, ParameterKind::norm_weight),
           .bias = weights.constant(name + ".bias", {channels}, 0, ParameterKind::norm_bias),
           .running_mean = weights.buffer(name + ".running_mean", at::zeros({channels})),
           .running_var = weights.buffer(name + ".running_var", at::ones({channels})),
           .momentum = kMomentum,
           .epsilon = kEpsilon},
      batches(weights.buffer(counter(), at::zeros({}, at::kLong))) {}

Value BatchNorm::operator()(const Value& x, const Mode& mode) const {
  if (x.recorded()) return x.then({.operation = Operation::normalization, .layer = name});
  if (mode.training) batches.add_(1);
  return model::normalise(norm, mode, x.tensor());
}

Value ConvNorm::operator()(const Value& x, const Mode& mode, Activation function,
                           const Value& added) const {
  if (x.recorded()) {
    const auto y = normalise(convolve(x), mode);
    return added.defined() ? add(y, added, function) : activate(y, function);
  }
  const auto& norm = normalise.norm;
  const bool relu = function == Activation::relu;
  const Fused fused{.added = added.tensor(), .relu = relu, .consumes = true};
  Value y;
  if (!mode.training && can_fold(convolve, norm, x.tensor(), fused.added)) {
    y = fold_(convolve.weight.parameter(), convolve.window, norm, x.tensor(), fused);
  } else {
    if (mode.training) normalise.batches.add_(1);
    y = model::normalise(norm, mode, convolve(x).tensor(), fused);
  }
  return relu ? y : activate(std::move(y), function);
}

Linear::Linear(Weights& weights, std::string layer, std::int64_t in, std::int64_t out,
               ParameterKind kind)
    : name(std::move(layer)),
      weight(weights.uniform(name + ".weight", {out, in}, 1 / std::sqrt(static_cast<double>(in)),
                             kind)),
      bias(weights.uniform(name + ".bias", {out}, 1 / std::sqrt(static_cast<double>(in)),
                           ParameterKind::bias)) {}

Value Linear::operator()(const Value& x) const {
  if (x.recorded())
    return x.then({.operation = Operation::linear,
                   .shape = {.channels = weight.parameter().size(0)},
                   .layer = name});
  const auto format = x.tensor().scalar_type();
  return at::linear(x.tensor(), weight.in(format), bias.in(format));
}

}  // namespace temper::model
