#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "temper/model/weights.h"

/// The layers that networks are made of, as the tensors they hold and one call each.
namespace temper::model {

/// 2-d convolution without bias, padded by kernel / 2. He normal by fan-out (arXiv:1502.01852).
struct Convolution {
  Convolution(Weights& weights, const std::string& name, std::int64_t in, std::int64_t out,
              std::int64_t kernel, std::int64_t step);
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;

  at::Tensor weight;
  std::int64_t stride;
  std::int64_t padding;
};

/// Batch normalisation (arXiv:1502.03167); momentum and epsilon as in PyTorch.
struct BatchNorm {
  static constexpr double kMomentum = 0.1;

  BatchNorm(Weights& weights, const std::string& name, std::int64_t channels, double gamma = 1);
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const;

  at::Tensor weight;
  at::Tensor bias;
  at::Tensor running_mean;
  at::Tensor running_var;
  at::Tensor batches;  ///< int64 scalar: batches seen in training
  double momentum = kMomentum;
};

/// Fully connected layer; weight and bias uniform in +-1/sqrt(in).
struct Linear {
  Linear(Weights& weights, const std::string& name, std::int64_t in, std::int64_t out,
         ParameterKind kind = ParameterKind::weight);
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;

  at::Tensor weight;
  at::Tensor bias;
};

}  // namespace temper::model
