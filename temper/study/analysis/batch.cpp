#include "temper/study/analysis/batch.h"

#include <fmt/format.h>

#include <utility>

#include "temper/core/duration.h"

namespace temper::study {

std::optional<double> seconds_of(const Result& result) {
  const auto at = result.figures.find("seconds");
  return at == result.figures.end() ? std::nullopt : std::optional(at->second);
}

void Costs::add(std::size_t arm, const Result& result) {
  const auto seconds = seconds_of(result);
  if (!seconds) return;
  for (auto* sum : {&by_arm_[arm], &all_}) {
    sum->seconds += *seconds;
    ++sum->runs;
  }
}

std::optional<double> Costs::of(std::size_t arm) const {
  const auto at = by_arm_.find(arm);
  const auto& sum = at == by_arm_.end() ? all_ : at->second;
  if (sum.runs == 0) return std::nullopt;
  return sum.seconds / static_cast<double>(sum.runs);
}

std::string cost_text(std::int64_t runs, std::optional<double> seconds) {
  return fmt::format("{} run{}{}", runs, runs == 1 ? "" : "s",
                     seconds ? ", about " + clock_text(*seconds) : "");
}

const Result* BatchBuilder::add(const std::vector<Arm>& arms, std::size_t arm, std::int64_t seed,
                                bool score_test) {
  const auto known = results_.find(course_.fingerprint(arms, arm, seed));
  if (known != results_.end()) return &known->second;
  put(arms, arm, seed, score_test);
  return nullptr;
}

void BatchBuilder::put(const std::vector<Arm>& arms, std::size_t arm, std::int64_t seed,
                       bool score_test) {
  const auto [place, is_new] =
      places_.try_emplace(course_.fingerprint(arms, arm, seed), batch_.trials.size());
  if (!is_new) {
    auto& trial = batch_.trials[place->second];
    trial.score_test = trial.score_test || score_test;
    return;
  }
  if (const auto teacher = arms[arm].teacher) {
    // Also a teacher that has a result: its network may be needed again.
    put(arms, *teacher, seed, score_test);
    place->second = batch_.trials.size();
  }
  batch_.trials.push_back(course_.trial(arms, arm, seed, score_test));
  arms_.push_back(arm);
}

Batch BatchBuilder::finished(const std::string& purpose, const Costs& costs) {
  std::optional<double> seconds = 0;
  for (const auto arm : arms_) {
    const auto own = costs.of(arm);
    seconds = own && seconds ? std::optional(*seconds + *own / course_.workers()) : std::nullopt;
  }
  batch_.sentence = fmt::format(
      "{}: {}.", purpose, cost_text(static_cast<std::int64_t>(batch_.trials.size()), seconds));
  return std::move(batch_);
}

}  // namespace temper::study
