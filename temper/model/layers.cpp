#include "temper/model/layers.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace temper::model {

Convolution::Convolution(Weights& weights, const std::string& name, std::int64_t in,
                         std::int64_t out, std::int64_t kernel, std::int64_t step)
    : weight(weights.normal(name + ".weight", {out, in, kernel, kernel},
                            std::sqrt(2.0 / static_cast<double>(out * kernel * kernel)))),
      stride(step),
      padding(kernel / 2) {}

at::Tensor Convolution::operator()(const at::Tensor& x) const {
  return at::convolution(x, weight, {}, {stride, stride}, {padding, padding}, {1, 1},
                         /*transposed=*/false, {0, 0}, /*groups=*/1);
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
