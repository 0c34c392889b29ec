#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>

#include "temper/augment/pixels/frame.h"
#include "temper/augment/policies/sub_policy.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// The published lists of Fast AutoAugment.
enum class FastAutoAugmentPolicy : std::uint8_t {
  cifar10,   ///< learned on 4,000 images of CIFAR-10; used for CIFAR-100, too
  imagenet,  ///< learned with a ResNet-50 on 120 classes of ImageNet
  svhn,      ///< learned on 1,000 images of SVHN
};

/// Applies a sub-policy of two operations, drawn from a list that density matching found.
struct FastAutoAugment {
  FastAutoAugmentPolicy policy = FastAutoAugmentPolicy::cifar10;

  static constexpr std::string_view kind = "fast_auto_augment";
  static constexpr About about = {
      .summary =
          "Applies one of the about 500 sub-policies of a learned list, drawn anew for every "
          "image: two operations, each with a probability and a magnitude of its own. Rotations, "
          "shears and translations use the nearest pixel and are black outside, as in the authors' "
          "code.",
      .formula = "value = low + magnitude * (high - low), magnitude in [0, 1]",
      .paper = "Lim et al. 2019, Fast AutoAugment, arXiv:1905.00397"};
  static constexpr auto fields() {
    return std::tuple{
        field(&FastAutoAugment::policy,
              {.name = "policy", .meaning = "data set on which the list was learned"})};
  }
};

void apply(const FastAutoAugment& options, Frame& frame, Random& random);

/// The sub-policies of a list, with magnitudes from 0 to 1.
std::span<const SubPolicy> sub_policies(FastAutoAugmentPolicy policy);

/// The square that Cutout fills in the authors' code, which may be empty.
/// @param side  in pixels
/// @param x, y  as drawn, about its center
Box fast_cutout(Size image, double side, double x, double y);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::FastAutoAugmentPolicy> {
  static constexpr std::array<std::string_view, 3> value{"cifar10", "imagenet", "svhn"};
};
