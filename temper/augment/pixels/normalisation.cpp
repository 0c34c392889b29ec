#include "temper/augment/pixels/normalisation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "temper/augment/pixels/kernels.h"
#include "temper/core/error.h"

namespace temper::augment {
namespace {

bool fused_gives(const NormalisationTable& table) {
  const auto channels = static_cast<std::size_t>(table.channels());
  std::vector<std::uint8_t> samples;
  for (std::size_t v = 0; v < 256; ++v)
    samples.insert(samples.end(), channels, static_cast<std::uint8_t>(v));
  std::vector<float> values(samples.size());
  kernels::normalise_fused(samples.data(), 256, table.channels(), table.constants(), values.data());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != table.channel(static_cast<int>(i % channels))[samples[i]]) return false;
  return true;
}

}  // namespace

bool agree(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr double tolerance = 1e-6;
  return std::ranges::equal(
      a, b, [](double left, double right) { return std::abs(left - right) <= tolerance; });
}

Normalisation imagenet_normalisation(int channels) {
  if (channels == 1) return {{0.449}, {0.226}};
  return {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
}

NormalisationTable::NormalisationTable(const Normalisation& normalisation) {
  const auto& [mean, std] = normalisation;
  if (mean.size() != std.size() || (mean.size() != 1 && mean.size() != 3))
    throw Error(Code::usage, fmt::format("normalization has {} means and {} standard deviations; "
                                         "expected 1 and 1 (gray) or 3 and 3 (color)",
                                         mean.size(), std.size()));
  channels_ = static_cast<int>(mean.size());
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const auto m = static_cast<float>(mean[c]);
    const auto s = static_cast<float>(std[c]);
    if (!std::isfinite(m) || !std::isfinite(s) || s <= 0)
      throw Error(Code::usage, fmt::format("normalization by mean {} and standard deviation {}; "
                                           "expected finite numbers and a deviation above 0",
                                           mean[c], std[c]));
    for (std::size_t v = 0; v < 256; ++v) values_[c][v] = (static_cast<float>(v) / 255.0F - m) / s;
    for (std::size_t lane = c; lane < constants_.mean.size(); lane += mean.size()) {
      constants_.mean[lane] = m;
      constants_.std[lane] = s;
      constants_.reciprocal[lane] = 1 / s;
    }
  }
  fused_ = fused_gives(*this);
}

}  // namespace temper::augment
