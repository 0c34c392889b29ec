#include "temper/measure/bootstrap.h"

#include <ATen/Parallel.h>
#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"

namespace temper::measure {
namespace {

/// A 32-bit random number is scaled to an index in [0, n). The probabilities of the images differ
/// by at most 2^-32, which resampling can't detect, and such a draw is much faster than an exact
/// one.
double resampled_mean(std::span<const double> values, Random random) {
  const std::uint64_t n = values.size();
  double sum = 0;
  for (std::uint64_t i = 0; i < n; ++i) sum += values[(random() * n) >> 32U];
  return sum / static_cast<double>(values.size());
}

double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - std::floor(position));
}

}  // namespace

Interval bootstrap(const at::Tensor& values, const BootstrapOptions& options) {
  if (values.dim() != 1 || values.size(0) < 1 || !at::isfinite(values).all().item<bool>())
    throw Error(Code::data, "bootstrap: expected a list of at least one finite number");
  const bool is_level = options.level > 0 && options.level < 1;
  if (options.resamples < 1 || !is_level)
    throw Error(Code::data, fmt::format("bootstrap: {} resamples at level {}; expected at least 1, "
                                        "and a level in (0, 1)",
                                        options.resamples, options.level));
  const auto numbers = values.to(at::kCPU, at::kDouble).contiguous();
  const std::span all(numbers.const_data_ptr<double>(), static_cast<std::size_t>(numbers.numel()));
  std::vector<double> means(static_cast<std::size_t>(options.resamples));
  at::parallel_for(0, options.resamples, 16, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
      means[i] = resampled_mean(all, Random(options.seed, Purpose::inspect, {i}));
  });
  std::ranges::sort(means);
  return {quantile(means, (1 - options.level) / 2), quantile(means, (1 + options.level) / 2)};
}

}  // namespace temper::measure
