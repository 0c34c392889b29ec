#include "temper/regularize/depth.h"

#include <algorithm>

namespace temper::regularize {

double drop_rate(DepthRule rule, double rate, const Depth& depth) {
  const auto l = static_cast<double>(depth.block);
  const auto blocks = static_cast<double>(depth.blocks);
  switch (rule) {
    case DepthRule::linear:
      return rate * l / blocks;
    case DepthRule::linear_from_zero:
      return rate * (l - 1) / std::max(1.0, blocks - 1);
    case DepthRule::linear_open:
      return rate * (l - 1) / blocks;
    case DepthRule::per_stage:
      return rate * static_cast<double>(depth.stage + 1) / static_cast<double>(depth.stages + 1);
    case DepthRule::uniform:
      break;
  }
  return rate;
}

std::vector<Depth> depths(std::span<const std::int64_t> stages) {
  std::vector<Depth> result;
  for (std::size_t stage = 0; stage < stages.size(); ++stage)
    for (std::int64_t i = 0; i < stages[stage]; ++i)
      result.push_back({.block = static_cast<std::int64_t>(result.size()) + 1,
                        .blocks = 0,
                        .stage = static_cast<std::int64_t>(stage) + 1,
                        .stages = static_cast<std::int64_t>(stages.size())});
  for (auto& depth : result) depth.blocks = static_cast<std::int64_t>(result.size());
  return result;
}

double expected_depth(DepthRule rule, double rate, std::span<const std::int64_t> stages) {
  double sum = 0;
  for (const auto& depth : depths(stages)) sum += 1 - drop_rate(rule, rate, depth);
  return sum;
}

}  // namespace temper::regularize
