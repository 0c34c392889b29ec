#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/augment/operations/range.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"

namespace temper::augment {

enum class BlurDialect : std::uint8_t {
  pillow,       ///< PIL.ImageFilter.GaussianBlur: box filters
  torchvision,  ///< transforms.GaussianBlur: a kernel of a given size
};

/// Blurs the image with a Gaussian of random width.
struct GaussianBlur {
  double p = 0.5;
  double sigma_low = 0.1;
  double sigma_high = 2;
  BlurDialect dialect = BlurDialect::pillow;
  Auto kernel_size = {};

  /// Throws Error{Code::usage} for sigma_low above sigma_high, an even kernel size, and one that
  /// the dialect does not use.
  void check() const;

  static constexpr std::string_view kind = "gaussian_blur";
  static constexpr About about = {
      .summary =
          "Blurs the image with the given probability, by a Gaussian of random standard "
          "deviation. The range of sigma is that of SimCLR, BYOL, DINO and DeiT III's 3-Augment.",
      .formula = "sigma ~ U(sigma_low, sigma_high)",
      .paper =
          "Chen et al. 2020, A simple framework for contrastive learning of visual "
          "representations, arXiv:2002.05709, A"};
  static constexpr auto fields() {
    using Self = GaussianBlur;
    constexpr Bounds sigma = {.low = 0, .high = 1000, .open_low = true};
    return std::tuple{
        field(&Self::p, kProbability),
        field(&Self::sigma_low, {.name = "sigma_low",
                                 .meaning = "lower bound of the standard deviation",
                                 .unit = "pixels",
                                 .bounds = sigma,
                                 .scheduled = true}),
        field(&Self::sigma_high, {.name = "sigma_high",
                                  .meaning = "upper bound of the standard deviation",
                                  .unit = "pixels",
                                  .bounds = sigma,
                                  .scheduled = true}),
        field(&Self::dialect,
              {.name = "dialect",
               .meaning = "pillow: box filters along rows and columns that approximate a Gaussian, "
                          "as in PIL.ImageFilter.GaussianBlur; torchvision: a Gaussian kernel of "
                          "kernel_size, as in transforms.GaussianBlur"}),
        field(&Self::kernel_size,
              {.name = "kernel_size",
               .meaning = "dialect torchvision: height and width of the kernel, odd; auto: a tenth "
                          "of the image's height, as in SimCLR (23 for 224), at least 3",
               .unit = "pixels",
               .bounds = {.low = 1, .high = 1023}})};
  }
};

void apply(const GaussianBlur& options, Frame& frame, Random& random);

/// The kernel size with `kernel_size = "auto"`: 2 * floor(height / 20) + 1, at least 3.
std::int64_t automatic_kernel(std::int64_t height);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::BlurDialect> {
  static constexpr std::array<std::string_view, 2> value{"pillow", "torchvision"};
};
