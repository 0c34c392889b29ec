#include "temper/study/analysis/looks.h"

#include <algorithm>
#include <cstddef>

#include "temper/statistics/distributions.h"
#include "temper/statistics/multiple.h"
#include "temper/statistics/paired.h"
#include "temper/statistics/sequential.h"

namespace temper::study {

Looks Looks::plan(std::int64_t seeds, std::int64_t count, double level, std::int64_t comparisons) {
  Looks looks{.seeds = {}, .levels = {}};
  std::vector<double> fractions;
  for (std::int64_t i = 1; i <= count; ++i) {
    const auto here = std::max<std::int64_t>(2, seeds * i / count);
    if (!looks.seeds.empty() && here <= looks.seeds.back()) continue;
    looks.seeds.push_back(here);
    fractions.push_back(static_cast<double>(here) / static_cast<double>(seeds));
  }
  const double alpha = 1 - statistics::bonferroni_level(level, comparisons);
  for (const double bound : statistics::spending_bounds(fractions, alpha))
    looks.levels.push_back(2 * statistics::normal_cdf(-bound));
  return looks;
}

std::set<Contrast> Looks::decided(std::span<const Contrast> contrasts,
                                  std::span<const ArmFigures> arms, const Column& column,
                                  std::int64_t until) const {
  std::set<Contrast> found;
  for (const auto& contrast : contrasts) {
    const auto sides = sides_of(contrast, arms, column);
    if (!sides) continue;
    for (std::size_t i = 0; i < seeds.size() && seeds[i] <= until; ++i) {
      const auto n = static_cast<std::size_t>(seeds[i]);
      if (sides->a.size() < n) break;
      const auto difference =
          statistics::paired_difference(std::span(sides->a).first(n), std::span(sides->b).first(n));
      if (difference.p <= levels[i]) found.insert(contrast);
    }
  }
  return found;
}

}  // namespace temper::study
