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
#include "temper/augment/policies/primitive.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

/// Whose code AugMix follows.
enum class AugMixDialect : std::uint8_t {
  google,       ///< magnitudes from a continuous range; mixtures rounded to the nearest
  torchvision,  ///< one of the first `severity` of ten magnitudes
  timm,         ///< timm's RandAugment with increasing severity
};

/// Mixes chains of random operations with the image.
struct AugMix {
  AugMixDialect dialect = AugMixDialect::google;
  double severity = 3;
  std::int64_t width = 3;
  std::int64_t depth = -1;
  double alpha = 1;
  bool all_ops = false;
  bool blended = false;
  double magnitude_std = -1;
  PolicyInterpolation interpolation = PolicyInterpolation::automatic;
  std::vector<std::int64_t> fill = {};

  static constexpr std::int64_t kMostChains = 16;

  /// Throws Error{Code::usage} for options of another dialect, and for a severity below 1 in
  /// torchvision's.
  void check() const;

  static constexpr std::string_view kind = "augmix";
  static constexpr About about = {
      .summary =
          "Applies several chains of random operations to an image, and mixes their results with "
          "one another and with the image. With [consistency] the predictions for several such "
          "views of an image are pulled together, as in the paper: views = 3, and first_view = the "
          "number of operations before augmix, so that the first view is not mixed.",
      .formula =
          "w ~ Dirichlet(alpha, ..., alpha), m ~ Beta(alpha, alpha)\n"
          "result = (1 - m) * image + m * sum_i w_i * chain_i(image)",
      .paper =
          "Hendrycks et al. 2020, AugMix: a simple data processing method to improve "
          "robustness and uncertainty, arXiv:1912.02781"};
  static constexpr auto fields() {
    using Self = AugMix;
    return std::tuple_cat(
        std::tuple{
            field(&Self::dialect,
                  {.name = "dialect",
                   .meaning =
                       "implementation that is followed. google, the authors': magnitudes are "
                       "drawn from [0.1, severity]; torchvision: one of the weakest floor("
                       "severity) of ten magnitudes, so that the same severity is weaker; timm: "
                       "magnitudes from [0, severity], translations up to 0.3 of the image, and "
                       "bilinear or bicubic interpolation at random instead of bilinear, and "
                       "gray 128 instead of black from outside"}),
            field(&Self::severity, {.name = "severity",
                                    .meaning = "largest magnitude of the operations, of 10; for "
                                               "torchvision at least 1",
                                    .bounds = {.low = 0, .high = 10},
                                    .scheduled = true}),
            field(&Self::width, {.name = "width",
                                 .meaning = "number of chains that are mixed",
                                 .bounds = {.low = 1, .high = kMostChains}}),
            field(&Self::depth,
                  {.name = "depth",
                   .meaning = "number of operations in a chain; -1: 1 to 3, drawn for "
                              "each chain",
                   .bounds = {.low = -1, .high = 16}}),
            field(&Self::alpha,
                  {.name = "alpha",
                   .meaning =
                       "parameter of the Dirichlet distribution of the chains' weights, and of "
                       "the Beta distribution of their share in the result",
                   .bounds = {.low = 0, .high = 1000, .open_low = true},
                   .scheduled = true}),
            field(&Self::all_ops,
                  {.name = "all_ops",
                   .meaning =
                       "also color, contrast, brightness and sharpness, which overlap with "
                       "ImageNet-C's corruptions; torchvision's default and timm's operations"}),
            field(&Self::blended,
                  {.name = "blended",
                   .meaning = "blend one chain after the other into the image, with rounding after "
                              "each; timm's b1, for its dialect only"}),
            field(&Self::magnitude_std,
                  {.name = "magnitude_std",
                   .meaning = "standard deviation of the normal distribution around severity that "
                              "magnitudes are drawn from, limited to 0 to 10; timm's mstd, for its "
                              "dialect only; -1: uniform from 0 to severity",
                   .bounds = {.low = -1, .high = 100},
                   .scheduled = true})},
        geometry_fields<Self>());
  }
};

/// The operations that it draws from, each equally often.
std::span<const Primitive> primitives(const AugMix& options);

void apply(const AugMix& options, Frame& frame, Random& random);

/// The table that its magnitudes refer to.
Scale scale_of(const AugMix& options);

/// The physical value of one of its operations, see Step::value.
/// @param magnitude  from 0 to 10; for torchvision an integer from 0 to 9
/// @param negated    the other sign, where the dialect draws one
double value_of(const AugMix& options, Primitive primitive, double magnitude, Size image,
                bool negated = false);

/// The mixture, as the dialect computes it.
/// @param weights  of the chains
/// @param m        the share of all chains
/// @param images   samples of the image, and behind it of each chain's result
/// @param out      samples of the mixture
void mix_chains(const AugMix& options, std::span<const float> weights, float m,
                std::span<const std::uint8_t> images, std::span<std::uint8_t> out);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::AugMixDialect> {
  static constexpr std::array<std::string_view, 3> value{"google", "torchvision", "timm"};
};
