#include "temper/study/analysis/judgements.h"

#include <iterator>
#include <utility>

#include "temper/statistics/two_stage.h"

namespace temper::study {
namespace {

using statistics::Judged;
using statistics::Verdict;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::int64_t pilot_of(std::int64_t pairs, std::int64_t pilot) {
  return pairs >= pilot + statistics::kLeastAfterPilot ? pilot : 0;
}

std::vector<Judged> judge(std::span<const Sides> sides, const statistics::JudgeOptions& options,
                          std::int64_t pilot) {
  std::vector<statistics::Comparison> comparisons;
  for (const auto& one : sides)
    comparisons.push_back({.a = one.a, .b = one.b, .pilot = pilot_of(std::ssize(one.a), pilot)});
  return statistics::judge(comparisons, options);
}

void withhold(Judged& judged) {
  judged.verdict = Verdict::undecided;
  judged.difference.t = judged.difference.p = kNone;
  judged.adjusted_p = judged.equivalence_p = judged.adjusted_equivalence_p = kNone;
}

Judgements::Judgements(std::span<const Contrast> contrasts, std::span<const ArmFigures> arms,
                       const Column& column, statistics::JudgeOptions options, std::int64_t pilot) {
  std::vector<Contrast> known;
  std::vector<Sides> sides;
  for (const auto& contrast : contrasts)
    if (auto own = sides_of(contrast, arms, column)) {
      known.push_back(contrast);
      sides.push_back(std::move(*own));
    }
  options.higher_is_better = column.higher_is_better;
  const auto judged = judge(sides, options, pilot);
  for (std::size_t i = 0; i < known.size(); ++i) all_.emplace(known[i], judged[i]);
}

void Judgements::take_looks(const std::set<Contrast>& decided, bool higher_is_better) {
  for (auto& [contrast, judged] : all_) {
    const bool is_better = (judged.difference.mean > 0) == higher_is_better;
    if (decided.contains(contrast))
      judged.verdict = is_better ? Verdict::better : Verdict::worse;
    else if (judged.verdict != Verdict::no_different)
      judged.verdict = Verdict::undecided;
  }
}

void Judgements::withhold_verdicts() {
  for (auto& [contrast, judged] : all_) withhold(judged);
}

std::optional<Judged> Judgements::of(const Contrast& contrast) const {
  const auto at = all_.find(contrast);
  return at == all_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace temper::study
