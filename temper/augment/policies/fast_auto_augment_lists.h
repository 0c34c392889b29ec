#pragma once
#include <array>
#include <span>

#include "temper/augment/policies/sub_policy.h"

/// The lists of Fast AutoAugment, as published to the last digit: in a line each sub-policy, with
/// the code, the probability and the magnitude of each of its operations.
namespace temper::augment {

namespace codes {
inline constexpr auto aut = Primitive::auto_contrast;
inline constexpr auto bri = Primitive::brightness;
inline constexpr auto col = Primitive::saturation;
inline constexpr auto con = Primitive::contrast;
inline constexpr auto cut = Primitive::cutout;
inline constexpr auto equ = Primitive::equalize;
inline constexpr auto inv = Primitive::invert;
inline constexpr auto pos = Primitive::posterize;
inline constexpr auto rot = Primitive::rotate;
inline constexpr auto sha = Primitive::sharpness;
inline constexpr auto shx = Primitive::shear_x;
inline constexpr auto shy = Primitive::shear_y;
inline constexpr auto sol = Primitive::solarize;
inline constexpr auto tlx = Primitive::translate_x;
inline constexpr auto tly = Primitive::translate_y;
}  // namespace codes

std::span<const SubPolicy> fast_cifar10();
std::span<const SubPolicy> fast_imagenet();
std::span<const SubPolicy> fast_svhn();

}  // namespace temper::augment
