#pragma once
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/fill.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/io/image/image.h"

namespace temper::augment {

/// How far from each pixel of an image its new value lies, in pixels. Memory is reused from image
/// to image.
struct Displacement {
  Size size;
  std::vector<float> right;  ///< row by row
  std::vector<float> down;

  std::vector<float> kernel, padded, between;  ///< memory of smooth()
};

/// Turns noise in [-1, 1] into the displacements of torchvision's ElasticTransform: a Gaussian blur
/// with reflected borders, then times alpha / 2. torchvision sums a two-dimensional kernel, so the
/// last bits differ. Images that are not larger than half of the kernel, which torchvision refuses,
/// are reflected repeatedly.
/// @param sigma  standard deviation in pixels; 0: no blur
void smooth(Displacement& noise, double alpha, double sigma);

/// torchvision's functional.elastic_transform on a PIL image: samples in float and rounds. As
/// there, pixels at the edge are mixed with the fill by the square of the image's share in them.
/// Throws Error{Code::usage} for an interpolation other than nearest and bilinear.
/// @param to  has the size and channels of `from`, as the displacement has
void displace(const io::Image& from, io::Image& to, const Displacement& by,
              Interpolation interpolation, Fill fill);

}  // namespace temper::augment
