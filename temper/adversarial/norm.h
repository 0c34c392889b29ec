#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::adversarial {

/// The norm that measures a perturbation: the largest change of a sample, or the Euclidean length
/// over all samples of an image.
enum class Norm : std::uint8_t { linf, l2 };

/// The Euclidean length of every row, [n, 1, 1, 1].
at::Tensor lengths(const at::Tensor& rows);

/// The points nearest to the given ones within the radius of the images, and then those in [0, 1].
/// For the Euclidean norm this is the projection of the published code: onto the ball, then onto
/// [0, 1].
/// @param points  floating [n, channels, height, width]
/// @param pixels  of the same shape, in [0, 1]
at::Tensor project(const at::Tensor& points, const at::Tensor& pixels, Norm norm, double radius);

/// The direction of length 1 in which a loss grows fastest to first order: the signs of the
/// gradient, or the gradient divided by its length; 0 where the gradient is.
at::Tensor steepest(const at::Tensor& gradient, Norm norm);

/// The largest radius that makes sense: no two images in [0, 1] are further apart.
/// @param samples  of an image: channels * height * width
double largest_radius(Norm norm, std::int64_t samples);

}  // namespace temper::adversarial

template <>
struct temper::EnumNames<temper::adversarial::Norm> {
  static constexpr std::array<std::string_view, 2> value{"linf", "l2"};
};
