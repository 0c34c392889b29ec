#pragma once
#include <array>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/fill.h"
#include "temper/io/image/image.h"

/// The geometric transforms of TensorFlow's AutoAugment and RandAugment (tensorflow/tpu,
/// efficientnet): ImageProjectiveTransform by the nearest pixel, computed in float as on the CPU.
/// Where Pillow adds up places in fixed point, each is computed here, so that some pixels differ.
namespace temper::augment {

/// x_in = c0 x + c1 y + c2, y_in = c3 x + c4 y + c5: where in the old image a pixel of the new one
/// comes from. Places are counted from the center of the first pixel.
struct TensorFlowAffine {
  std::array<float, 6> c = {1, 0, 0, 0, 1, 0};
};

/// Counterclockwise around the center.
TensorFlowAffine tensorflow_rotation(Size size, double degrees);
/// Rows move, the first one stays.
TensorFlowAffine tensorflow_shear_x(double factor);
/// Columns move, the first one stays.
TensorFlowAffine tensorflow_shear_y(double factor);
/// Moves the content by (right, down) pixels.
TensorFlowAffine tensorflow_translation(double right, double down);

/// Writes an image of the size that `to` has. A place exactly between two pixels is that of the
/// farther one from 0.
void warp_tensorflow(const io::Image& from, io::Image& to, const TensorFlowAffine& inverse,
                     const Fill& fill);

}  // namespace temper::augment
