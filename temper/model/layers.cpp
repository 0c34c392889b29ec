#include "temper/model/layers.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <optional>

namespace temper::model {
namespace {

/// In the backward pass of a strided 1 x 1 convolution of 2, 4 or 8 channels oneDNN writes beyond
/// its memory (its issue 6035). With fewer channels than this, pixels are left out before it.
constexpr std::int64_t kNarrow = 16;

}  // namespace

Convolution::Convolution(Weights& weights, const std::string& name, std::int64_t in,
                         std::int64_t out, std::int64_t kernel, std::int64_t step)
    : weight(weights.normal(name + ".weight", {out, in, kernel, kernel},
                            std::sqrt(2.0 / static_cast<double>(out * kernel * kernel)))),
      stride(step),
      padding(kernel / 2) {}

at::Tensor Convolution::operator()(const at::Tensor& x) const {
  const auto convolve = [this](const at::Tensor& from, std::int64_t step) {
    return at::convolution(from, weight, {}, {step, step}, {padding, padding}, {1, 1},
                           /*transposed=*/false, {0, 0}, /*groups=*/1);
  };
  const bool narrow = weight.size(1) < kNarrow && weight.size(2) == 1 && stride > 1;
  if (!narrow || !x.is_cpu()) return convolve(x, stride);
  return convolve(x.slice(2, 0, std::nullopt, stride).slice(3, 0, std::nullopt, stride), 1);
}

BatchNorm::BatchNorm(Weights& weights, const std::string& name, std::int64_t channels, double gamma)
    : weight(weights.constant(name + ".weight", {channels}, gamma, ParameterKind::norm)),
      bias(weights.constant(name + ".bias", {channels}, 0, ParameterKind::norm)),
      running_mean(weights.buffer(name + ".running_mean", at::zeros({channels}))),
      running_var(weights.buffer(name + ".running_var", at::ones({channels}))),
      batches(weights.buffer(name + ".num_batches_tracked", at::zeros({}, at::kLong))) {}

at::Tensor BatchNorm::operator()(const at::Tensor& x, bool training) const {
  if (training) batches.add_(1);
  return at::batch_norm(x, weight, bias, running_mean, running_var, training, momentum,
                        /*eps=*/1e-5, /*cudnn_enabled=*/true);
}

Linear::Linear(Weights& weights, const std::string& name, std::int64_t in, std::int64_t out,
               ParameterKind kind)
    : weight(weights.uniform(name + ".weight", {out, in}, 1 / std::sqrt(static_cast<double>(in)),
                             kind)),
      bias(weights.uniform(name + ".bias", {out}, 1 / std::sqrt(static_cast<double>(in)),
                           ParameterKind::bias)) {}

at::Tensor Linear::operator()(const at::Tensor& x) const {
  return at::linear(x, weight, bias);
}

}  // namespace temper::model
