#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "temper/augment/pipeline/fit.h"
#include "temper/augment/pipeline/input_transform.h"
#include "temper/core/fields.h"

namespace temper::augment {

enum class Crops : std::uint8_t {
  center,
  five,  ///< the four corners and the center
};

/// The views of an evaluated picture in test-time augmentation: every combination of a scale, a
/// crop or shift, and a flip.
struct ViewOptions {
  bool flip = true;
  Crops crops = Crops::center;
  std::vector<double> scales = {};  ///< besides 1
  std::int64_t shift = 0;           ///< pixels; 0: none
  double shift_weight = 0.5;
};

/// Scales besides 1, at most.
inline constexpr std::size_t kMostScales = 16;

/// The views, with weights that add up to 1. The first one is the picture as it is evaluated
/// without test-time augmentation. No two are equal: where pictures are used whole, their only crop
/// at scale 1 is the center. Throws Error{Code::usage}, whose messages begin with "evaluation.tta",
/// for options that give no other view, or no valid one.
std::vector<View> views_of(const ViewOptions& options, const InputTransform& transform);

}  // namespace temper::augment

template <>
struct temper::EnumNames<temper::augment::Crops> {
  static constexpr std::array<std::string_view, 2> value{"center", "five"};
};
