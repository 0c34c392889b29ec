#pragma once
#include <cstdint>
#include <vector>

#include "temper/io/image/image.h"

namespace temper::augment {

/// torchvision's one-dimensional Gaussian kernel: the values at the middles of `size` pixels around
/// its center, scaled to a sum of 1, in float.
/// @param sigma  standard deviation in pixels, > 0
void set_gaussian(std::vector<float>& weights, std::int64_t size, double sigma);

/// PIL.ImageFilter.GaussianBlur, with the same bytes: three extended box filters along the rows and
/// three along the columns, each of which rounds to 8 bits (Gwosdek et al. 2011, "Theoretical
/// foundations of Gaussian convolution by extended box filtering").
/// @param to      has the size and channels of `from`
/// @param radius  standard deviation in pixels, in [0, 1000]; 0: the pixels are copied
void gaussian_blur_pillow(const io::Image& from, io::Image& to, double radius);

/// torchvision.transforms.functional.gaussian_blur on a PIL image: a Gaussian kernel of that size,
/// with reflected borders, in float. torchvision sums a two-dimensional kernel in another order, so
/// a sum next to a half may be rounded the other way. Images that are not larger than half of the
/// kernel, which torchvision refuses, are reflected repeatedly.
/// @param to             has the size and channels of `from`
/// @param kernel_height  odd, as is the width
/// @param sigma          standard deviation in pixels, > 0
void gaussian_blur_torchvision(const io::Image& from, io::Image& to, std::int64_t kernel_height,
                               std::int64_t kernel_width, double sigma);

}  // namespace temper::augment
