#include "temper/measure/bootstrap.h"

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

double resampled_mean(std::span<const double> values, Random random) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += values[random.below(values.size())];
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
  std::vector<double> means;
  for (std::int64_t i = 0; i < options.resamples; ++i)
    means.push_back(resampled_mean(
        all, Random(options.seed, Purpose::inspect, {static_cast<std::uint64_t>(i)})));
  std::ranges::sort(means);
  return {quantile(means, (1 - options.level) / 2), quantile(means, (1 + options.level) / 2)};
}

}  // namespace temper::measure
