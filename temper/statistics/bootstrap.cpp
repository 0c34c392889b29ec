#include "temper/statistics/bootstrap.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/core/resample.h"
#include "temper/statistics/checks.h"

namespace temper::statistics {
namespace {

/// Adds to each image's value `weight`, divided among the runs, for every run that was right.
void add(std::vector<double>& values, std::span<const std::vector<bool>> runs, double weight) {
  const double share = weight / static_cast<double>(runs.size());
  for (const auto& right : runs) {
    if (right.size() != values.size())
      throw Error(Code::data,
                  fmt::format("a run with {} scored images beside one with {}: expected "
                              "the same images",
                              right.size(), values.size()));
    for (std::size_t image = 0; image < values.size(); ++image)
      if (right[image]) values[image] += share;
  }
}

}  // namespace

Interval bootstrap_over_images(std::span<const std::vector<bool>> a,
                               std::span<const std::vector<bool>> b,
                               const BootstrapOptions& options) {
  check_fraction("level", options.level);
  if (options.resamples < 1)
    refuse("number of resamples", static_cast<double>(options.resamples), "at least 1");
  if (a.empty() || b.empty() || a.front().empty())
    throw Error(Code::data,
                "no scored images to compare: expected at least one run on each side, "
                "and one image");
  std::vector<double> values(a.front().size());
  add(values, a, 1);
  add(values, b, -1);
  std::vector<double> means;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(options.resamples); ++i)
    means.push_back(resampled_mean(values, Random(options.seed, Purpose::inspect, {i})));
  std::ranges::sort(means);
  return {quantile(means, (1 - options.level) / 2), quantile(means, (1 + options.level) / 2)};
}

}  // namespace temper::statistics
