#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "temper/model/cast_parameter.h"
#include "temper/model/fold.h"
#include "temper/model/normalise.h"
#include "temper/model/operations.h"
#include "temper/model/weights.h"

/// The layers of networks: their tensors, and a call operator for the forward pass. They compute in
/// the number format of their input.
namespace temper::model {

/// 2-d convolution. Weights are initialized He normal by fan-out as in PyTorch, which disregards
/// the groups (arXiv:1502.01852), the bias to 0.
struct Convolution {
  /// @param layer  its name, "layer1.0.conv1": the parameters are <layer>.weight and <layer>.bias
  Convolution(Weights& weights, std::string layer, std::int64_t in, std::int64_t out,
              const Window& geometry, bool has_bias = false);
  [[nodiscard]] Value operator()(const Value& x) const;

  std::string name;
  CastParameter weight;  ///< [out, in / groups, kernel, kernel]
  std::optional<CastParameter> bias;
  Window window;
};

/// Batch normalization (arXiv:1502.03167); momentum and epsilon as in PyTorch.
struct BatchNorm {
  BatchNorm(Weights& weights, std::string layer, std::int64_t channels, double gamma = 1);
  [[nodiscard]] Value operator()(const Value& x, const Mode& mode) const;

  /// The name of the buffer `batches`.
  [[nodiscard]] std::string counter() const { return name + ".num_batches_tracked"; }

  std::string name;
  Normalisation norm;
  at::Tensor batches;  ///< int64 scalar: number of batches seen in training
};

/// A convolution and its BatchNorm, optionally followed by an addition and an activation.
struct ConvNorm {
  /// In braces, so that the parameters are made in the order of the layers.
  ConvNorm(Convolution convolution, BatchNorm norm)
      : convolve(std::move(convolution)), normalise(std::move(norm)) {}
  /// @param added  is added before the activation; undefined: none
  [[nodiscard]] Value operator()(const Value& x, const Mode& mode,
                                 Activation function = Activation::none,
                                 const Value& added = {}) const;

  Convolution convolve;
  BatchNorm normalise;

 private:
  Fold fold_;
};

/// Fully connected layer; weight and bias are initialized uniformly in +-1/sqrt(in).
struct Linear {
  Linear(Weights& weights, std::string layer, std::int64_t in, std::int64_t out,
         ParameterKind kind = ParameterKind::weight);
  [[nodiscard]] Value operator()(const Value& x) const;

  std::string name;
  CastParameter weight;
  CastParameter bias;
};

}  // namespace temper::model
