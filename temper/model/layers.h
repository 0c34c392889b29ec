#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "temper/model/cast_parameter.h"
#include "temper/model/fold.h"
#include "temper/model/normalise.h"
#include "temper/model/operations.h"
#include "temper/model/weights.h"

/// The layers of networks: their tensors, and a call operator for the forward pass. They compute in
/// the number format of their input.
namespace temper::model {

/// How a convolution pads its input: as its window says, or as TensorFlow's SAME, with as few zeros
/// as give ceil(side / stride) results, an odd one at the right and at the bottom.
enum class Padding : std::uint8_t { fixed, same };

/// 2-d convolution.
struct Convolution {
  /// @param layer  its name, "layer1.0.conv1": the parameters are <layer>.weight and <layer>.bias
  Convolution(Weights& weights, const std::string& layer, std::int64_t in, std::int64_t out,
              const Window& geometry, bool has_bias = false, Padding rule = Padding::fixed);
  /// With filters that were made before, named <layer>.weight.
  Convolution(Weights& weights, std::string layer, CastParameter filters, const Window& geometry,
              bool has_bias = false, Padding rule = Padding::fixed);
  [[nodiscard]] Value operator()(const Value& x) const;

  /// The input, padded where the window can't say it, and the window for it.
  [[nodiscard]] std::pair<Value, Window> placed(const Value& x) const;

  std::string name;
  CastParameter weight;  ///< [out, in / groups, kernel, kernel]
  std::optional<CastParameter> bias;
  Window window;  ///< its padding counts where it is fixed
  Padding padding;
};

inline constexpr double kNormEpsilon = 1e-5;  ///< PyTorch's
inline constexpr double kNormMomentum = 0.1;  ///< PyTorch's

/// Batch normalization (arXiv:1502.03167); momentum as in PyTorch.
struct BatchNorm {
  /// @param trains_gamma  false: gamma is a buffer, which stays as it is
  BatchNorm(Weights& weights, std::string layer, std::int64_t channels, double gamma = 1,
            double epsilon = kNormEpsilon, double momentum = kNormMomentum,
            bool trains_gamma = true);
  /// @param consumes  x has no other reader, see Fused
  [[nodiscard]] Value operator()(const Value& x, const Mode& mode,
                                 Activation function = Activation::none,
                                 bool consumes = false) const;

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

/// Layer normalization over the channels of each pixel (arXiv:1607.06450).
struct LayerNorm {
  LayerNorm(Weights& weights, std::string layer, std::int64_t channels, double precision);
  /// @param x  [n, channels, h, w] or [n, channels]
  [[nodiscard]] Value operator()(const Value& x) const;

  std::string name;
  CastParameter weight;
  CastParameter bias;
  double epsilon;
};

/// A learned factor for each channel (arXiv:2103.17239).
struct LayerScale {
  /// @param parameter  its whole name
  LayerScale(Weights& weights, std::string parameter, std::int64_t channels, double initial);
  [[nodiscard]] Value operator()(const Value& x) const;

  std::string name;
  CastParameter factors;
};

/// Fully connected layer; applied to maps, to the channels of each pixel.
struct Linear {
  /// @param init  of the weights, where it is not the network's
  Linear(Weights& weights, std::string layer, std::int64_t in, std::int64_t out,
         ParameterKind kind = ParameterKind::weight, bool has_bias = true,
         std::optional<Initialisation> init = std::nullopt);
  /// @param x  [n, in] or [n, in, h, w]
  [[nodiscard]] Value operator()(const Value& x) const;

  std::string name;
  CastParameter weight;  ///< [out, in]
  std::optional<CastParameter> bias;
};

/// Squeeze-and-excitation (arXiv:1709.01507): each channel is multiplied by a factor in (0, 1) that
/// two linear layers compute from the means of all channels.
struct SqueezeExcitation {
  /// The layers, with biases, have weights of the shape of 1 x 1 convolutions, as timm's.
  /// @param function  between them
  /// @param gate      after them
  SqueezeExcitation(Convolution first, Convolution second, Activation function = Activation::relu,
                    Activation gate = Activation::sigmoid)
      : reduce(std::move(first)), expand(std::move(second)), inner(function), outer(gate) {}
  [[nodiscard]] Value operator()(const Value& x) const;

  Convolution reduce;
  Convolution expand;
  Activation inner;
  Activation outer;
};

/// A 1 x 1 convolution with a bias of activations without height and width, as a linear layer.
Value pointwise(const Convolution& layer, const Value& x);

}  // namespace temper::model
