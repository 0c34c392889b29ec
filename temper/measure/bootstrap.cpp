#include "temper/measure/bootstrap.h"

#include <ATen/ops/isfinite.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/parallel.h"
#include "temper/core/random.h"
#include "temper/core/resample.h"

namespace temper::measure {

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
  parallel_for(options.resamples, 16, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
      means[i] = resampled_mean(all, Random(options.seed, Purpose::inspect, {i}));
  });
  std::ranges::sort(means);
  return {quantile(means, (1 - options.level) / 2), quantile(means, (1 + options.level) / 2)};
}

}  // namespace temper::measure
