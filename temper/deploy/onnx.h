#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "temper/augment/pixels/normalisation.h"
#include "temper/data/sources/values.h"
#include "temper/deploy/onnx_builder.h"
#include "temper/deploy/onnx_opset.h"
#include "temper/model/network.h"

/// Networks as models of ONNX, made from their graph (model/graph.h).
namespace temper::deploy {

inline constexpr const char* kOnnxInput = "images";

/// How a network becomes a model.
struct OnnxOptions {
  std::int64_t opset = kDefaultOpset;
  /// Merge each BatchNorm layer into the convolution before it, where there is one.
  bool fold_batchnorm = true;
  /// The model's first operations: images are then pixels, 0 to 255, and become
  /// (pixel / 255 - mean) / std. Empty: images are normalized already.
  std::optional<augment::Normalisation> normalisation = {};
  /// The model's last operation is a softmax.
  bool softmax = false;
  /// That the logits are divided by before the softmax; without one it has no effect.
  double temperature = 1;
  /// Of regression targets: the outputs are output * deviation + mean. Empty: classes.
  data::ValueScale scale = {};
};

/// The name of the model's output: "probabilities" after a softmax, "values" for regression
/// targets, or "logits".
std::string output_name(const OnnxOptions& options);

/// The model of a network in evaluation mode. Its input "images" is float32 [batch, channels,
/// height, width] with a batch of any size, its output float32 [batch, classes]. Throws
/// Error{Code::usage} for an opset that can't hold the network, and for a network without a graph.
/// @param task  size of the images; the network may have been trained with another one
OnnxGraph to_onnx(model::Network& network, const model::Task& task, const OnnxOptions& options);

}  // namespace temper::deploy
