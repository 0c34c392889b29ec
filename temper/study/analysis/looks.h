#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "temper/study/analysis/samples.h"

namespace temper::study {

/// A study that is looked at several times, and ends at the first look at which every difference is
/// decided. The bounds are those of statistics/sequential.h, for each difference at its part of the
/// level (Bonferroni), so that all looks at all differences together nearly hold it.
struct Looks {
  std::vector<std::int64_t> seeds;  ///< of each look, ascending
  std::vector<double> levels;       ///< of each look: a p-value of at most this decides

  /// @param seeds        of the last look, at least 2
  /// @param count        of looks
  /// @param comparisons  that are judged together, at least 1
  static Looks plan(std::int64_t seeds, std::int64_t count, double level, std::int64_t comparisons);

  /// The contrasts that one of the looks up to so many seeds decides.
  [[nodiscard]] std::set<Contrast> decided(std::span<const Contrast> contrasts,
                                           std::span<const ArmFigures> arms, const Column& column,
                                           std::int64_t until) const;
};

}  // namespace temper::study
