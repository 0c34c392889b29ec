#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/pixels/frame.h"
#include "temper/augment/policies/geometry_options.h"
#include "temper/augment/policies/magnitudes.h"
#include "temper/augment/policies/sub_policy.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// The published lists of AutoAugment.
enum class AutoAugmentPolicy : std::uint8_t {
  imagenet,    ///< the paper's for ImageNet; timm's `original`
  originalr,   ///< the same, with timm's increasing posterize
  v0,          ///< EfficientNet's for ImageNet
  v0r,         ///< the same, with timm's increasing posterize
  cifar10,     ///< the paper's for CIFAR-10
  cifar10_95,  ///< the 95 sub-policies of the authors' code for CIFAR-10
  svhn,        ///< the paper's for SVHN
};

/// Whose code the physical values, the interpolation and the fill are taken from.
enum class AutoAugmentDialect : std::uint8_t {
  timm,         ///< values of the paper, as timm reads it; translations relative to the image
  torchvision,  ///< ten magnitudes of each operation; nearest pixels, black
  tensorflow,   ///< v0: tensorflow/tpu; others: the authors' code, tensorflow/models
};

/// Applies a sub-policy of two operations, drawn from a list that was learned on a data set.
struct AutoAugment {
  AutoAugmentPolicy policy = AutoAugmentPolicy::imagenet;
  AutoAugmentDialect dialect = AutoAugmentDialect::timm;
  double magnitude_std = 0;
  PolicyInterpolation interpolation = PolicyInterpolation::automatic;
  std::vector<std::int64_t> fill = {};

  /// Throws Error{Code::usage} for a list with operations that the dialect does not have, and for
  /// options of another dialect.
  void check() const;

  static constexpr std::string_view kind = "auto_augment";
  static constexpr About about = {
      .summary =
          "Applies one of the sub-policies of a learned list, drawn anew for every image: two "
          "operations, each with a probability and a magnitude of its own. What a magnitude means "
          "in degrees, pixels or factors differs between published implementations: see dialect.",
      .paper =
          "Cubuk et al. 2019, AutoAugment: learning augmentation policies from data, "
          "arXiv:1805.09501"};
  static constexpr auto fields() {
    using Self = AutoAugment;
    return std::tuple_cat(
        std::tuple{
            field(
                &Self::policy,
                {.name = "policy",
                 .meaning = "list of sub-policies. imagenet (timm's original), cifar10, svhn: the "
                            "paper's; v0: EfficientNet's; originalr, v0r: timm's variants whose "
                            "posterize keeps fewer bits at larger magnitudes; cifar10_95: the 95 "
                            "sub-policies of the authors' code"}),
            field(&Self::dialect,
                  {.name = "dialect",
                   .meaning =
                       "implementation that magnitudes, interpolation and fill are taken from. "
                       "timm: bilinear or bicubic at random, gray 128; torchvision: nearest, "
                       "black; tensorflow: nearest, gray 128 for v0, the mean of CIFAR-10 for "
                       "the authors' other lists"}),
            field(
                &Self::magnitude_std,
                {.name = "magnitude_std",
                 .meaning = "standard deviation of normal noise that is added to every magnitude, "
                            "which is then limited to 0 to 10; timm's mstd, for its dialect only",
                 .bounds = {.low = 0, .high = 100},
                 .scheduled = true})},
        geometry_fields<Self>());
  }
};

void apply(const AutoAugment& options, Frame& frame, Random& random);

/// The sub-policies of a list.
std::span<const SubPolicy> sub_policies(AutoAugmentPolicy policy);

/// The table that its magnitudes refer to.
Scale scale_of(const AutoAugment& options);

/// The physical value of an operation of a list, see Step::value; empty where the dialect has no
/// such operation.
/// @param negated  the other sign, where the dialect draws one
std::optional<double> value_of(const AutoAugment& options, Primitive primitive, double magnitude,
                               Size image, bool negated = false);

/// What Cutout fills in the authors' code, which may be empty: a square on the diagonal, because
/// its loops over rows and over columns both go from the first row to the last column.
/// @param side         in pixels, even
/// @param row, column  as drawn: the center
Box authors_cutout(Size image, double side, std::int64_t row, std::int64_t column);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::AutoAugmentPolicy> {
  static constexpr std::array<std::string_view, 7> value{"imagenet", "originalr",  "v0",  "v0r",
                                                         "cifar10",  "cifar10_95", "svhn"};
};
template <>
struct temper::EnumNames<temper::augment::AutoAugmentDialect> {
  static constexpr std::array<std::string_view, 3> value{"timm", "torchvision", "tensorflow"};
};
