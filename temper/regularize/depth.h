#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"

/// How the rate of dropping residual blocks grows with depth.
namespace temper::regularize {

enum class DepthRule : std::uint8_t { linear, linear_from_zero, linear_open, per_stage, uniform };

/// A residual block among the others, all counted from 1.
struct Depth {
  std::int64_t block = 1;
  std::int64_t blocks = 1;
  std::int64_t stage = 1;
  std::int64_t stages = 1;
};

/// The rate of one block.
/// @param rate  the final rate
double drop_rate(DepthRule rule, double rate, const Depth& depth);

/// Where the blocks of a network stand. @param stages  the blocks of each stage
std::vector<Depth> depths(std::span<const std::int64_t> stages);

/// How many blocks of a network are not dropped, in the mean.
double expected_depth(DepthRule rule, double rate, std::span<const std::int64_t> stages);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::DepthRule> {
  static constexpr std::array<std::string_view, 5> value{"linear", "linear_from_zero",
                                                         "linear_open", "per_stage", "uniform"};
};
