#pragma once
#include "temper/corrupt/arrays/draws.h"
#include "temper/corrupt/arrays/workspace.h"

namespace temper::corrupt {

/// Lengths as parts of the size: 244 pixels for 224 in the original for ImageNet (a slip that the
/// published pictures have), 32 for 32 in that for CIFAR.
struct Elastic {
  double strength = 0;  ///< times smooth noise from -1 to 1: how far pixels move
  double sigma = 0;     ///< of the Gaussian that makes the noise smooth
  double affine = 0;    ///< how far the corners of an affine map move, at most
};

/// A random affine map, then each pixel is moved by smooth noise: the original.
/// @param size  what the lengths are parts of, in pixels
void elastic_transform(io::Image& image, const Elastic& elastic, double size, Draws& draws,
                       Workspace& memory);

/// Each pixel is moved by `strength` times smooth noise of up to 1/200 of the height, with a
/// Gaussian of 1/100 of height and width: imagecorruptions.
void elastic_transform(io::Image& image, double strength, Draws& draws, Workspace& memory);

}  // namespace temper::corrupt
