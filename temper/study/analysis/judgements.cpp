#include "temper/study/analysis/judgements.h"

#include <iterator>
#include <utility>

#include "temper/statistics/two_stage.h"

namespace temper::study {

std::int64_t pilot_of(std::int64_t pairs, std::int64_t pilot) {
  return pairs >= pilot + statistics::kLeastAfterPilot ? pilot : 0;
}

statistics::Comparison comparison_of(const Sides& sides, std::int64_t pilot) {
  return {.a = sides.a, .b = sides.b, .pilot = pilot_of(std::ssize(sides.a), pilot)};
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
  std::vector<statistics::Comparison> comparisons;
  comparisons.reserve(sides.size());
  for (const auto& own : sides) comparisons.push_back(comparison_of(own, pilot));
  options.higher_is_better = column.higher_is_better;
  const auto judged = statistics::judge(comparisons, options);
  for (std::size_t i = 0; i < known.size(); ++i) all_.emplace(known[i], judged[i]);
}

void Judgements::take_looks(const std::set<Contrast>& decided, bool higher_is_better) {
  using statistics::Verdict;
  for (auto& [contrast, judged] : all_) {
    const bool is_better = (judged.difference.mean > 0) == higher_is_better;
    if (decided.contains(contrast))
      judged.verdict = is_better ? Verdict::better : Verdict::worse;
    else if (judged.verdict != Verdict::no_different)
      judged.verdict = Verdict::undecided;
  }
}

void Judgements::withhold_verdicts() {
  for (auto& [contrast, judged] : all_) judged.verdict = statistics::Verdict::undecided;
}

std::optional<statistics::Judged> Judgements::of(const Contrast& contrast) const {
  const auto at = all_.find(contrast);
  return at == all_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace temper::study
