#include "temper/statistics/verdict.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "temper/statistics/checks.h"
#include "temper/statistics/equivalence.h"
#include "temper/statistics/multiple.h"

namespace temper::statistics {
namespace {

/// Holm's adjusted values of one p-value of each.
std::vector<double> adjusted(std::span<const Judged> all, double (*p_of)(const Judged&)) {
  std::vector<double> p;
  std::ranges::transform(all, std::back_inserter(p), p_of);
  return holm(p);
}

}  // namespace

Verdict verdict_on(const Judged& judged, const JudgeOptions& options) {
  const double alpha = 1 - options.level;
  if (judged.adjusted_p <= alpha)
    return (judged.difference.mean > 0) == options.higher_is_better ? Verdict::better
                                                                    : Verdict::worse;
  return judged.adjusted_equivalence_p <= alpha ? Verdict::no_different : Verdict::undecided;
}

std::vector<Judged> judge(std::span<const Comparison> comparisons, const JudgeOptions& options) {
  check_fraction("level", options.level);
  check_positive("margin", options.margin);
  std::vector<Judged> all;
  for (const auto& [a, b, pilot] : comparisons) {
    const auto difference = paired_difference(a, b, pilot);
    const double simultaneous =
        bonferroni_level(options.level, static_cast<std::int64_t>(comparisons.size()));
    all.push_back({.difference = difference,
                   .interval = t_interval(difference, options.level),
                   .simultaneous = t_interval(difference, simultaneous),
                   .equivalence_p = equivalence_p(difference, options.margin)});
  }
  const auto p = adjusted(all, [](const Judged& j) { return j.difference.p; });
  const auto equivalence = adjusted(all, [](const Judged& j) { return j.equivalence_p; });
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].adjusted_p = p[i];
    all[i].adjusted_equivalence_p = equivalence[i];
    all[i].verdict = verdict_on(all[i], options);
  }
  return all;
}

}  // namespace temper::statistics
