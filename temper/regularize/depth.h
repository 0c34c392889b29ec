#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

/// How the drop rate of residual blocks grows with depth.
namespace temper::regularize {

enum class DepthRule : std::uint8_t { linear, linear_from_zero, linear_open, per_stage, uniform };

/// The position of a residual block in a network; everything is counted from 1.
struct Depth {
  std::int64_t block = 1;
  std::int64_t blocks = 1;
  std::int64_t stage = 1;
  std::int64_t stages = 1;
};

/// The drop rate of one block.
/// @param rate  the option `drop_path_rate`, from which the rates of all blocks are computed
double drop_rate(DepthRule rule, double rate, const Depth& depth);

/// The positions of a network's blocks. @param stages  number of blocks of each stage
std::vector<Depth> depths(std::span<const std::int64_t> stages);

/// Expected number of a network's blocks that are not dropped.
double expected_depth(DepthRule rule, double rate, std::span<const std::int64_t> stages);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::DepthRule> {
  static constexpr std::array<std::string_view, 5> value{"linear", "linear_from_zero",
                                                         "linear_open", "per_stage", "uniform"};
};
