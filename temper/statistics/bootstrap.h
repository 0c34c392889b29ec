#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "temper/statistics/interval.h"

namespace temper::statistics {

struct BootstrapOptions {
  std::uint64_t seed = 1;
  std::int64_t resamples = 2000;
  double level = 0.95;
};

/// Bootstrap confidence interval, over images, of the difference a - b of mean correctness of two
/// sets of runs (Efron 1979, "Bootstrap methods: another look at the jackknife"): an image's value
/// is the fraction of runs of a that classify it correctly less that of b; images are resampled
/// with replacement, runs are not. Bounded by percentiles with equal tails. It covers the variation
/// over images for these very runs, not that over seeds. A fraction in [-1, 1], not percentage
/// points.
/// @param a, b  for each run, whether it classified each image correctly, images in the same order.
///              Throws Error{Code::data} unless both have a run, all of the same number of images,
///              at least 1; for resamples < 1 or a level outside (0, 1).
Interval bootstrap_over_images(std::span<const std::vector<bool>> a,
                               std::span<const std::vector<bool>> b,
                               const BootstrapOptions& options = {});

}  // namespace temper::statistics
