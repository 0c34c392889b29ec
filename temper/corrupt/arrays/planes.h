#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "temper/corrupt/arrays/samples.h"
#include "temper/io/image/image.h"

/// OpenCV's functions on images of one channel, to the byte. `to` gets the size of `from`, and is
/// another image.
namespace temper::corrupt {

/// Canny edge detection with 3 x 3 Sobel filters and the L1 norm of the gradient: 255 on edges,
/// else 0.
/// @param points  memory
void canny(const io::Image& from, int low, int high, std::vector<std::pair<int, int>>& points,
           Samples& magnitudes, io::Image& to);

/// The distance of every pixel to the nearest one of value 0, in steps of 1, 1.4 and 2.1969 to
/// neighbors in a 5 x 5 mask.
void distance_transform(const io::Image& from, std::vector<float>& distances);

/// Equalizes the histogram, in place.
void equalize_histogram(io::Image& image);

/// Correlation with a 3 x 3 kernel, clamped to [0, 255].
void filter3(const io::Image& from, const std::array<std::array<int, 3>, 3>& kernel, io::Image& to);

/// The mean of 3 x 3 pixels, rounded to even.
void blur3(const io::Image& from, io::Image& to);

/// The mean of 3 x 3 numbers of a plane of `to`'s size, truncated.
void blur3(const std::vector<float>& from, io::Image& to);

}  // namespace temper::corrupt
