#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "temper/deploy/onnx.h"
#include "temper/io/image/image.h"
#include "temper/train/saved_model.h"

/// A picture with what temper makes of it, for comparisons with other programs.
namespace temper::deploy {

struct Reference {
  io::Image picture;
  at::Tensor pixels;  ///< uint8 [height, width, channels]: resized and cropped
  at::Tensor input;   ///< of the model, float [1, channels, height, width]
  at::Tensor output;  ///< of temper's own network, as the model gives it: float [1, classes]
};

/// A fixed picture with smooth and rough parts. It is a little larger than an input of that size
/// and has another aspect ratio, so that it is resized and cropped.
io::Image reference_picture(std::int64_t height, std::int64_t width, std::int64_t channels);

/// What the model that to_onnx() makes with these options is to compute for images.
/// @param inputs  of the network: normalized, [n, channels, height, width]
at::Tensor expected_output(model::Network& network, const at::Tensor& inputs,
                           const OnnxOptions& options);

Reference reference(train::SavedModel& model, const OnnxOptions& options);

}  // namespace temper::deploy
