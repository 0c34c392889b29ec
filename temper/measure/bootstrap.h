#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "temper/measure/interval.h"

namespace temper::measure {

struct BootstrapOptions {
  std::uint64_t seed = 1;
  std::int64_t resamples = 2000;
  double level = 0.95;
};

/// Bootstrap confidence interval of the mean of one value per image, such as loss, correctness or
/// squared error (Efron 1979, "Bootstrap methods: another look at the jackknife"): images are
/// resampled with replacement, and the interval is bounded by percentiles of the resampled means
/// with equal tails (interpolated linearly). It covers the variation over images, not over seeds.
/// @param values  [n], n >= 1, finite. Throws Error{Code::data} otherwise, and for resamples < 1 or
///                a level outside (0, 1)
Interval bootstrap(const at::Tensor& values, const BootstrapOptions& options = {});

}  // namespace temper::measure
