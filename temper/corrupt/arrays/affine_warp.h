#pragma once
#include <array>

#include "temper/corrupt/arrays/samples.h"

namespace temper::corrupt {

/// x' = m[0] x + m[1] y + m[2], y' = m[3] x + m[4] y + m[5]
using AffineMap = std::array<double, 6>;

struct Point {
  double x = 0;
  double y = 0;
};

/// The map that takes three points to three others, or the identity where the points lie on a line.
AffineMap map_of(const std::array<Point, 3>& from, const std::array<Point, 3>& to);

/// OpenCV's warpAffine, linear, with pixels mirrored at the ends (BORDER_REFLECT_101): coordinates
/// are rounded to 1/32 pixel, results to float.
/// @param map  from pixels of `from` to those of `to`
void warp_affine(const Samples& from, const AffineMap& map, Samples& to);

/// scipy.ndimage.map_coordinates(order=1, mode="reflect") at (y + dy, x + dx), rounded to float.
/// @param dy, dx  one channel, of the size of `from`
void displace(const Samples& from, const Samples& dy, const Samples& dx, Samples& to);

}  // namespace temper::corrupt
