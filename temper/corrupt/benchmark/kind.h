#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "temper/core/fields.h"

namespace temper::corrupt {

/// The corruptions of ImageNet-C (Hendrycks and Dietterich 2019, arXiv:1903.12261): the 15 of the
/// benchmark in its order, then the four that it leaves for validation.
enum class Kind : std::uint8_t {
  gaussian_noise,
  shot_noise,
  impulse_noise,
  defocus_blur,
  glass_blur,
  motion_blur,
  zoom_blur,
  snow,
  frost,
  fog,
  brightness,
  contrast,
  elastic_transform,
  pixelate,
  jpeg_compression,
  speckle_noise,
  gaussian_blur,
  spatter,
  saturate
};

inline constexpr int kKinds = 19;
inline constexpr int kBenchmarkKinds = 15;
inline constexpr int kSeverities = 5;

/// Whether the kind is one of the 15 over which the mean corruption error is taken.
constexpr bool in_benchmark(Kind kind) {
  return static_cast<int>(kind) < kBenchmarkKinds;
}

}  // namespace temper::corrupt

template <>
struct temper::EnumNames<temper::corrupt::Kind> {
  static constexpr std::array<std::string_view, temper::corrupt::kKinds> value{"gaussian_noise",
                                                                               "shot_noise",
                                                                               "impulse_noise",
                                                                               "defocus_blur",
                                                                               "glass_blur",
                                                                               "motion_blur",
                                                                               "zoom_blur",
                                                                               "snow",
                                                                               "frost",
                                                                               "fog",
                                                                               "brightness",
                                                                               "contrast",
                                                                               "elastic_transform",
                                                                               "pixelate",
                                                                               "jpeg_compression",
                                                                               "speckle_noise",
                                                                               "gaussian_blur",
                                                                               "spatter",
                                                                               "saturate"};
};
