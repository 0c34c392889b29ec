#include "temper/study/analysis/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

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

/// A claim's difference, and the margin that it is judged by.
struct Judging {
  ClaimRow row;
  double margin = kNoMargin;
};

statistics::JudgeOptions options_of(const Study& study, const ClaimRow& row, double margin) {
  return {.level = study.level, .margin = margin, .higher_is_better = row.column.higher_is_better};
}

/// Whether an interval has no number in common with what is within the margin.
bool is_outside(const statistics::Interval& interval, double margin) {
  return interval.low > margin || interval.high < -margin;
}

std::string_view outcome_of(const statistics::Judged& judged, double margin, Expect expect,
                            double alpha) {
  constexpr std::string_view holds = "holds";
  constexpr std::string_view fails = "does not hold";
  constexpr std::string_view open = "undecided";
  if (!judged.difference.has_test()) return "undecided: the differences have no variance";
  const bool different = judged.adjusted_p <= alpha;
  const bool within = judged.adjusted_equivalence_p <= alpha;
  if (expect == Expect::equal)
    return within ? holds : is_outside(judged.simultaneous, margin) ? fails : open;
  if (!different) return within ? fails : open;
  switch (expect) {
    case Expect::higher:
      return judged.difference.mean > 0 ? holds : fails;
    case Expect::lower:
      return judged.difference.mean < 0 ? holds : fails;
    case Expect::equal:
    case Expect::different:
      break;
  }
  return holds;
}

/// Adjusts what was judged alone for all claims.
void adjust(std::vector<Judging>& claims, const Study& study) {
  std::vector<double> p;
  std::vector<double> equivalence;
  for (const auto& [claim, margin] : claims)
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
  for (auto& [claim, margin] : claims) {
    if (!claim.judged) continue;
    auto& judged = *claim.judged;
    const auto& difference = judged.difference;
    judged.adjusted_p = adjusted[i];
    judged.adjusted_equivalence_p = adjusted_equivalence[i++];
    judged.simultaneous = statistics::t_interval(difference, level);
    judged.verdict = verdict_on(judged, options_of(study, claim, margin));
    claim.outcome = outcome_of(judged, margin, study.claims[claim.claim].expect, 1 - study.level);
    if (!difference.has_test())
      claim.smallest_detectable = std::numeric_limits<double>::infinity();
    else if (difference.deviation > 0)
      claim.smallest_detectable = statistics::smallest_detectable(
          difference.deviation, difference.n, study.power, 1 - level, difference.pilot());
  }
}

}  // namespace

std::vector<ClaimRow> claims_of(const Course& course, const Stand& stand,
                                std::span<const ArmFigures> figures, const Column& metric) {
  const auto& study = course.study();
  std::vector<Judging> claims;
  for (const auto& comparison : course.comparisons()) {
    if (comparison.kind != Kind::claim || !comparison.claim) continue;
    const auto& claim = study.claims[*comparison.claim];
    auto& [row, margin] = claims.emplace_back(Judging{{.claim = *comparison.claim,
                                                       .text = claim.text,
                                                       .source = claim.source,
                                                       .expected = {},
                                                       .length = comparison.length}});
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
    margin = margin_of(study, claim, row.column, metric, *sides);
    row.judged = judge({&*sides, 1}, options_of(study, row, margin), stand.pilot)[0];
  }
  adjust(claims, study);
  std::vector<ClaimRow> rows;
  for (auto& claim : claims) rows.push_back(std::move(claim.row));
  return rows;
}

}  // namespace temper::study
