#include "temper/model/layers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace temper::model {
namespace {

/// In the backward pass of a strided 1 x 1 convolution of 2, 4 or 8 channels oneDNN writes out of
/// bounds (oneDNN issue 6035). With fewer channels than this, the input is subsampled first and the
/// convolution has stride 1.
constexpr std::int64_t kNarrow = 16;

bool can_fold(const Convolution& convolution, const Normalisation& norm, const at::Tensor& x,
              const at::Tensor& added) {
  if (!x.is_cpu() || convolution.weight.parameter().scalar_type() != at::kFloat) return false;
  if (!at::GradMode::is_enabled()) return true;
  const auto all = {x, convolution.weight.parameter(), norm.weight, norm.bias, added};
  return std::ranges::none_of(
      all, [](const at::Tensor& one) { return one.defined() && one.requires_grad(); });
}

}  // namespace

Convolution::Convolution(Weights& weights, const std::string& name, std::int64_t in,
                         std::int64_t out, std::int64_t kernel, std::int64_t stride)
    : weight(weights.normal(name + ".weight", {out, in, kernel, kernel},
                            std::sqrt(2.0 / static_cast<double>(out * kernel * kernel)))),
      window{.stride = stride, .padding = kernel / 2} {}

at::Tensor Convolution::operator()(const at::Tensor& x) const {
  const auto operand = weight.in(x.scalar_type());
  const auto convolve = [&](const at::Tensor& from, std::int64_t stride) {
    return at::convolution(from, operand, {}, {stride, stride}, {window.padding, window.padding},
                           {1, 1}, /*transposed=*/false, {0, 0}, /*groups=*/1);
  };
  const auto stride = window.stride;
  const bool narrow = operand.size(1) < kNarrow && operand.size(2) == 1 && stride > 1;
  if (!narrow || !x.is_cpu()) return convolve(x, stride);
  return convolve(x.slice(2, 0, std::nullopt, stride).slice(3, 0, std::nullopt, stride), 1);
}

BatchNorm::BatchNorm(Weights& weights, const std::string& name, std::int64_t channels, double gamma)
    : norm{.weight = weights.constant(name + ".weight", {channels}, gamma, ParameterKind::norm),
           .bias = weights.constant(name + ".bias", {channels}, 0, ParameterKind::norm),
           .running_mean = weights.buffer(name + ".running_mean", at::zeros({channels})),
           .running_var = weights.buffer(name + ".running_var", at::ones({channels})),
           .momentum = kMomentum,
           .epsilon = 1e-5},
      batches(weights.buffer(name + ".num_batches_tracked", at::zeros({}, at::kLong))) {}

at::Tensor BatchNorm::operator()(const at::Tensor& x, bool training) const {
  if (training) batches.add_(1);
  return model::normalise(norm, x, {}, /*relu=*/false, training).value;
}

ConvNorm::ConvNorm(Weights& weights, const std::string& prefix, const std::string& convolution,
                   const std::string& norm, std::int64_t in, std::int64_t out, std::int64_t kernel,
                   std::int64_t stride, double gamma)
    : convolve(weights, prefix + convolution, in, out, kernel, stride),
      normalise(weights, prefix + norm, out, gamma) {}

Activation ConvNorm::operator()(const at::Tensor& x, const at::Tensor& added, bool relu,
                                bool training) const {
  const auto& norm = normalise.norm;
  if (!training && can_fold(convolve, norm, x, added))
    return Activation::of(
        fold_(convolve.weight.parameter(), convolve.window, norm, x, added, relu));
  if (training) normalise.batches.add_(1);
  return model::normalise(norm, convolve(x), added, relu, training, /*consumes=*/true);
}

Linear::Linear(Weights& weights, const std::string& name, std::int64_t in, std::int64_t out,
               ParameterKind kind)
    : weight(weights.uniform(name + ".weight", {out, in}, 1 / std::sqrt(static_cast<double>(in)),
                             kind)),
      bias(weights.uniform(name + ".bias", {out}, 1 / std::sqrt(static_cast<double>(in)),
                           ParameterKind::bias)) {}

at::Tensor Linear::operator()(const at::Tensor& x) const {
  return at::linear(x, weight.in(x.scalar_type()), bias.in(x.scalar_type()));
}

}  // namespace temper::model
