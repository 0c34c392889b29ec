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

/// Bootstrap interval of the mean of a value an image, whatever the value is: loss, rightness,
/// squared error (Efron 1979, "Bootstrap methods: another look at the jackknife"): images are drawn
/// again with replacement, and the interval leaves as many of the resampled means out below as
/// above (percentiles, interpolated linearly). It speaks of other images of the same kind, not of
/// other seeds.
/// @param values  [n], n >= 1, finite. Throws Error{Code::data} otherwise, and for resamples < 1 or
///                a level outside (0, 1)
Interval bootstrap(const at::Tensor& values, const BootstrapOptions& options = {});

}  // namespace temper::measure
