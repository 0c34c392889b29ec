#include "temper/study/analysis/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "temper/statistics/multiple.h"
#include "temper/statistics/power.h"
#include "temper/study/analysis/judgements.h"

namespace temper::study {
namespace {

constexpr double kSame = 1e-3;  // of a value: what an expected equality allows

/// The margin within which a claim's difference is called none.
double margin_of(const Study& study, const Claim& claim, const Column& column, const Column& metric,
                 const Sides& sides) {
  if (column.key == metric.key) return study.margin;
  if (claim.expect != Expect::equal) return kNoMargin;
  double largest = 0;
  for (const double value : sides.b) largest = std::max(largest, std::abs(value));
  return std::max(kSame * largest, kNoMargin);
}

std::string_view outcome_of(const statistics::Judged& judged, Expect expect, double alpha) {
  constexpr std::string_view holds = "holds";
  constexpr std::string_view fails = "does not hold";
  const bool different = judged.adjusted_p <= alpha;
  const bool none = !different && judged.adjusted_equivalence_p <= alpha;
  if (!different && !none) return "undecided";
  switch (expect) {
    case Expect::higher:
      return different && judged.difference.mean > 0 ? holds : fails;
    case Expect::lower:
      return different && judged.difference.mean < 0 ? holds : fails;
    case Expect::equal:
      return judged.adjusted_equivalence_p <= alpha ? holds : fails;
    case Expect::different:
      return different ? holds : fails;
  }
  return "undecided";
}

/// Adjusts what was judged alone for all claims.
void adjust(std::vector<ClaimRow>& claims, const Study& study) {
  std::vector<double> p;
  std::vector<double> equivalence;
  for (const auto& claim : claims)
    if (claim.judged) {
      p.push_back(claim.judged->difference.p);
      equivalence.push_back(claim.judged->equivalence_p);
    }
  if (p.empty()) return;
  const auto adjusted = statistics::holm(p);
  const auto adjusted_equivalence = statistics::holm(equivalence);
  const double level =
      statistics::bonferroni_level(study.level, static_cast<std::int64_t>(p.size()));
  std::size_t i = 0;
  for (auto& claim : claims) {
    if (!claim.judged) continue;
    auto& judged = *claim.judged;
    const auto& difference = judged.difference;
    judged.adjusted_p = adjusted[i];
    judged.adjusted_equivalence_p = adjusted_equivalence[i++];
    judged.simultaneous = statistics::t_interval(difference, level);
    claim.outcome = outcome_of(judged, study.claims[claim.claim].expect, 1 - study.level);
    if (difference.deviation > 0)
      claim.smallest_detectable = statistics::smallest_detectable(
          difference.deviation, difference.n, study.power, 1 - level);
  }
}

}  // namespace

std::vector<ClaimRow> claims_of(const Course& course, const Stand& stand,
                                std::span<const ArmFigures> figures, const Column& metric) {
  const auto& study = course.study();
  std::vector<ClaimRow> claims;
  for (const auto& comparison : course.comparisons()) {
    if (comparison.kind != Kind::claim || !comparison.claim) continue;
    const auto& claim = study.claims[*comparison.claim];
    auto& row = claims.emplace_back(ClaimRow{.claim = *comparison.claim,
                                             .text = claim.text,
                                             .source = claim.source,
                                             .expected = {},
                                             .length = comparison.length});
    const std::string_view split = metric.key.starts_with("validation.") ? "validation" : "test";
    row.column = claim.figure.empty() ? metric : column_of(claim.figure, split);
    row.expected = fmt::format("{} {}: {} than {}", row.column.title, name_of(claim.expect),
                               stand.arms[comparison.arm].name, stand.arms[comparison.than].name);
    if (!stand.next.trials.empty() && is_of_test_set(row.column)) {
      row.outcome = "undecided";
      continue;
    }
    const auto sides =
        sides_of(difference_of(comparison.arm, comparison.than), figures, row.column);
    if (!sides) {
      const bool diverged =
          figures[comparison.arm].diverged() || figures[comparison.than].diverged();
      row.outcome = diverged ? "a run diverged" : "undecided";
      continue;
    }
    const std::array one{comparison_of(*sides, stand.pilot)};
    row.judged =
        statistics::judge(one, {.level = study.level,
                                .margin = margin_of(study, claim, row.column, metric, *sides),
                                .higher_is_better = row.column.higher_is_better})[0];
  }
  adjust(claims, study);
  return claims;
}

}  // namespace temper::study
