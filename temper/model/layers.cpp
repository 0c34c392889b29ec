#include "temper/model/layers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/full.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

namespace temper::model {
namespace {

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

/// A function of rows of channels, applied to vectors or to the pixels of maps.
template <class Function>
at::Tensor channels_at_the_end(const at::Tensor& x, const Function& function) {
  if (x.dim() == 2) return function(x);
  return function(x.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

}  // namespace

Convolution::Convolution(Weights& weights, const std::string& layer, std::int64_t in,
                         std::int64_t out, const Window& geometry, bool has_bias, Padding rule)
    : Convolution(weights, layer,
                  weights.convolution(layer + ".weight",
                                      {out, in / geometry.groups, geometry.kernel, geometry.kernel},
                                      geometry.groups),
                  geometry, has_bias, rule) {}

Convolution::Convolution(Weights& weights, std::string layer, CastParameter filters,
                         const Window& geometry, bool has_bias, Padding rule)
    : name(std::move(layer)), weight(std::move(filters)), window(geometry), padding(rule) {
  const auto& values = weight.parameter();
  if (has_bias)
    bias.emplace(weights.convolution_bias(name + ".bias", values.size(0), values[0].numel()));
}

std::pair<Value, Window> Convolution::placed(const Value& x) const {
  if (padding == Padding::fixed) return {x, window};
  auto geometry = window;
  const auto missing = [&](std::int64_t side) {
    const auto results = (side + window.stride - 1) / window.stride;
    return std::max<std::int64_t>(0, (results - 1) * window.stride + window.kernel - side);
  };
  const auto [height, width] = x.sides();
  const auto rows = missing(height), columns = missing(width);
  geometry.padding = rows / 2;
  if (rows == columns && rows % 2 == 0) return {x, geometry};
  geometry.padding = 0;
  return {pad(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2}), geometry};
}

Value Convolution::operator()(const Value& x) const {
  const auto [from, geometry] = placed(x);
  if (x.recorded())
    return from.then({.operation = Operation::convolution,
                      .shape = geometry.output(from.shape(), weight.parameter().size(0)),
                      .layer = name,
                      .window = geometry});
  const auto& input = from.tensor();
  const auto operand = weight.in(input.scalar_type());
  const auto offset = bias ? bias->in(input.scalar_type()) : at::Tensor();
  const auto padding_of = geometry.padding;
  const auto convolve = [&](const at::Tensor& of, std::int64_t stride) {
    return at::convolution(of, operand, offset, {stride, stride}, {padding_of, padding_of}, {1, 1},
                           /*transposed=*/false, {0, 0}, window.groups);
  };
  const auto stride = window.stride;
  const bool narrow = operand.size(1) < kNarrow && window.kernel == 1 && stride > 1;
  if (!narrow || !input.is_cpu()) return convolve(input, stride);
  return convolve(input.slice(2, 0, std::nullopt, stride).slice(3, 0, std::nullopt, stride), 1);
}

BatchNorm::BatchNorm(Weights& weights, std::string layer, std::int64_t channels, double gamma,
                     double epsilon, double momentum, bool trains_gamma)
    : name(std::move(layer)),
      norm{.weight = trains_gamma
                         ? weights.constant(name + ".weight", {channels}, gamma,
                                            ParameterKind::norm_weight)
                         : weights.fixed(name + ".weight", at::full({channels}, gamma, at::kFloat)),
           .bias = weights.constant(name + ".bias", {channels}, 0, ParameterKind::norm_bias),
           .running_mean = weights.buffer(name + ".running_mean", at::zeros({channels})),
           .running_var = weights.buffer(name + ".running_var", at::ones({channels})),
           .momentum = momentum,
           .epsilon = epsilon},
      batches(weights.buffer(counter(), at::zeros({}, at::kLong))) {}

Value BatchNorm::operator()(const Value& x, const Mode& mode, Activation function,
                            bool consumes) const {
  if (x.recorded())
    return activate(
        x.then({.operation = Operation::normalization, .layer = name, .epsilon = norm.epsilon}),
        function);
  if (mode.uses_batch()) batches.add_(1);
  const bool relu = function == Activation::relu;
  auto y = model::normalise(norm, mode, x.tensor(), {.relu = relu, .consumes = consumes});
  return relu ? y : activate(std::move(y), function);
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
  if (!mode.uses_batch() && can_fold(convolve, norm, x.tensor(), fused.added)) {
    const auto [from, window] = convolve.placed(x);
    y = fold_(convolve.weight.parameter(), window, norm, from.tensor(), fused);
  } else {
    if (mode.uses_batch()) normalise.batches.add_(1);
    y = model::normalise(norm, mode, convolve(x).tensor(), fused);
  }
  return relu ? y : activate(std::move(y), function);
}

Linear::Linear(Weights& weights, std::string layer, std::int64_t in, std::int64_t out,
               ParameterKind kind, bool has_bias, std::optional<Initialisation> init)
    : name(std::move(layer)), weight(weights.linear(name + ".weight", {out, in}, in, kind, init)) {
  if (has_bias) bias.emplace(weights.linear(name + ".bias", {out}, in, ParameterKind::bias, init));
}

Value Linear::operator()(const Value& x) const {
  if (x.recorded())
    return x.then({.operation = Operation::linear,
                   .shape = {weight.parameter().size(0), x.shape().height, x.shape().width},
                   .layer = name});
  const auto format = x.tensor().scalar_type();
  return channels_at_the_end(x.tensor(), [&](const at::Tensor& rows) {
    return at::linear(rows, weight.in(format), bias ? bias->in(format) : at::Tensor());
  });
}

LayerNorm::LayerNorm(Weights& weights, std::string layer, std::int64_t channels, double precision)
    : name(std::move(layer)),
      weight(weights.constant(name + ".weight", {channels}, 1, ParameterKind::norm_weight)),
      bias(weights.constant(name + ".bias", {channels}, 0, ParameterKind::norm_bias)),
      epsilon(precision) {}

Value LayerNorm::operator()(const Value& x) const {
  if (x.recorded())
    return x.then({.operation = Operation::layer_normalization, .layer = name, .epsilon = epsilon});
  const auto format = x.tensor().scalar_type();
  return channels_at_the_end(x.tensor(), [&](const at::Tensor& rows) {
    return at::layer_norm(rows, weight.parameter().sizes(), weight.in(format), bias.in(format),
                          epsilon);
  });
}

LayerScale::LayerScale(Weights& weights, std::string parameter, std::int64_t channels,
                       double initial)
    : name(std::move(parameter)),
      factors(weights.constant(name, {channels}, initial, ParameterKind::norm_weight)) {}

Value LayerScale::operator()(const Value& x) const {
  if (x.recorded()) return x.then({.operation = Operation::scale, .layer = name});
  return x.tensor().mul(factors.in(x.tensor().scalar_type()).view({-1, 1, 1}));
}

Value SqueezeExcitation::operator()(const Value& x) const {
  const auto squeezed = activate(pointwise(reduce, mean(x)), inner);
  return multiply(x, activate(pointwise(expand, squeezed), outer));
}

Value pointwise(const Convolution& layer, const Value& x) {
  if (x.recorded())
    return x.then({.operation = Operation::linear,
                   .shape = {.channels = layer.weight.parameter().size(0)},
                   .layer = layer.name});
  const auto format = x.tensor().scalar_type();
  return at::linear(x.tensor(), layer.weight.in(format).flatten(1), layer.bias->in(format));
}

}  // namespace temper::model
