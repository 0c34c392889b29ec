#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/augment/pixels/frame.h"
#include "temper/augment/policies/geometry_options.h"
#include "temper/augment/policies/magnitudes.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Whose operations, magnitudes, interpolation and fill RandAugment has.
enum class RandAugmentDialect : std::uint8_t { timm, torchvision, tensorflow };

/// timm's sets of operations.
enum class RandAugmentTransforms : std::uint8_t {
  standard,    ///< all 15
  increasing,  ///< the same, all of them stronger at larger magnitudes: timm's `inc1`
  weights,     ///< the same as increasing, by weights, mostly geometric: timm's `tweights`
  three,       ///< solarize, desaturate and blur: timm's `t3a`
  three_more,  ///< these and others, by weights: timm's `t3aw`
};

/// Applies several operations, drawn anew for every image, all at the same magnitude.
struct RandAugment {
  std::int64_t num_ops = 2;
  double magnitude = 9;
  RandAugmentDialect dialect = RandAugmentDialect::timm;
  RandAugmentTransforms transforms = RandAugmentTransforms::standard;
  double magnitude_std = 0;
  double magnitude_max = 0;
  std::int64_t num_magnitude_bins = 31;
  double p = -1;
  PolicyInterpolation interpolation = PolicyInterpolation::automatic;
  std::vector<std::int64_t> fill = {};

  /// Above it, timm draws magnitudes from a uniform distribution.
  static constexpr double kMostNormal = 100;

  /// Throws Error{Code::usage} for a magnitude that the dialect does not have, and for options of
  /// another dialect.
  void check() const;

  static constexpr std::string_view kind = "rand_augment";
  static constexpr About about = {
      .summary =
          "Applies num_ops operations, drawn anew for every image, all at the same magnitude. What "
          "a magnitude means in degrees, pixels or factors depends on the dialect: 'temper explain "
          "rand_augment --dialect timm --magnitude 9 --size 224' shows it.",
      .paper =
          "Cubuk et al. 2020, RandAugment: practical automated data augmentation with a "
          "reduced search space, arXiv:1909.13719"};
  static constexpr auto fields() {
    using Self = RandAugment;
    return std::tuple_cat(
        std::tuple{
            field(&Self::num_ops, {.name = "num_ops",
                                   .meaning = "number of operations an image; timm's n",
                                   .bounds = {.low = 1, .high = 100}}),
            field(&Self::magnitude,
                  {.name = "magnitude",
                   .meaning = "magnitude of all operations: of 10 for timm and tensorflow, of "
                              "num_magnitude_bins - 1 for torchvision",
                   .bounds = {.low = 0, .high = 1000},
                   .scheduled = true}),
            field(&Self::dialect,
                  {.name = "dialect",
                   .meaning =
                       "implementation that operations, magnitudes, interpolation and fill are "
                       "taken from. timm: bilinear or bicubic at random, gray 128; torchvision: "
                       "nearest, black; tensorflow (tensorflow/tpu): nearest, gray 128"}),
            field(&Self::transforms,
                  {.name = "transforms",
                   .meaning =
                       "set of timm's operations. standard: 15, several of which are weaker at "
                       "larger magnitudes; increasing (timm's inc1): all stronger at larger "
                       "magnitudes; weights, 3a, 3aw: timm's sets of these names, which are "
                       "increasing, too; those with weights apply no operation twice"}),
            field(&Self::magnitude_std,
                  {.name = "magnitude_std",
                   .meaning =
                       "standard deviation of a normal distribution around magnitude that each "
                       "operation's is drawn from, limited to 0 to magnitude_max; above 100: "
                       "uniform from 0 to magnitude; timm's mstd, for its dialect only",
                   .bounds = {.low = 0, .high = 1000},
                   .scheduled = true}),
            field(&Self::magnitude_max,
                  {.name = "magnitude_max",
                   .meaning = "limit of magnitudes; 0: 10; timm's mmax, for its dialect only",
                   .bounds = {.low = 0, .high = 1000}}),
            field(&Self::num_magnitude_bins,
                  {.name = "num_magnitude_bins",
                   .meaning = "number of torchvision's magnitudes, for its dialect only",
                   .bounds = {.low = 2, .high = 1001}}),
            field(
                &Self::p,
                {.name = "p",
                 .meaning = "probability that a drawn operation is applied; -1: the dialect's, 0.5 "
                            "for timm and 1 for others",
                 .bounds = {.low = -1, .high = 1},
                 .scheduled = true})},
        geometry_fields<Self>());
  }
};

void apply(const RandAugment& options, Frame& frame, Random& random);

/// An operation that a policy may draw.
struct Candidate {
  Primitive primitive = Primitive::identity;
  double weight = 1;
};

/// The operations that are drawn from: with replacement if all weights are 1, else without.
std::span<const Candidate> candidates(const RandAugment& options);

/// The table that its magnitudes refer to.
Scale scale_of(const RandAugment& options);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::RandAugmentDialect> {
  static constexpr std::array<std::string_view, 3> value{"timm", "torchvision", "tensorflow"};
};
template <>
struct temper::EnumNames<temper::augment::RandAugmentTransforms> {
  static constexpr std::array<std::string_view, 5> value{"standard", "increasing", "weights", "3a",
                                                         "3aw"};
};
