#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "temper/model/cast_parameter.h"
#include "temper/model/fold.h"
#include "temper/model/normalise.h"
#include "temper/model/weights.h"

/// The layers of networks: their tensors, and a call operator for the forward pass. They compute in
/// the number format of their input.
namespace temper::model {

/// 2-d convolution without bias, padded by kernel / 2. Initialized He normal by fan-out
/// (arXiv:1502.01852).
struct Convolution {
  Convolution(Weights& weights, const std::string& name, std::int64_t in, std::int64_t out,
              std::int64_t kernel, std::int64_t stride);
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;

  CastParameter weight;
  Window window;
};

/// Batch normalization (arXiv:1502.03167); momentum and epsilon as in PyTorch.
struct BatchNorm {
  static constexpr double kMomentum = 0.1;

  BatchNorm(Weights& weights, const std::string& name, std::int64_t channels, double gamma = 1);
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x, bool training) const;

  Normalisation norm;
  at::Tensor batches;  ///< int64 scalar: number of batches seen in training
};

/// A convolution and its BatchNorm, optionally followed by an addition and ReLU.
struct ConvNorm {
  ConvNorm(Weights& weights, const std::string& prefix, const std::string& convolution,
           const std::string& norm, std::int64_t in, std::int64_t out, std::int64_t kernel,
           std::int64_t stride, double gamma = 1);
  /// @param added  is added before ReLU; undefined: none
  [[nodiscard]] Activation operator()(const at::Tensor& x, const at::Tensor& added, bool relu,
                                      bool training) const;

  Convolution convolve;
  BatchNorm normalise;

 private:
  Fold fold_;
};

/// Fully connected layer; weight and bias are initialized uniformly in +-1/sqrt(in).
struct Linear {
  Linear(Weights& weights, const std::string& name, std::int64_t in, std::int64_t out,
         ParameterKind kind = ParameterKind::weight);
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;

  CastParameter weight;
  CastParameter bias;
};

}  // namespace temper::model
