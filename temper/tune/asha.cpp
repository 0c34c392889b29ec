#include "temper/tune/asha.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace temper::tune {

Asha::Asha(std::int64_t trials, std::size_t rungs, std::int64_t eta)
    : trials_(trials), eta_(eta), rungs_(rungs) {}

std::optional<AshaStep> Asha::next() {
  for (auto rung = rungs_.size() - 1; rung > 0; --rung)
    if (const auto trial = promotable(rung - 1)) {
      const AshaStep step{.trial = *trial, .rung = rung};
      start(step);
      return step;
    }
  while (begun_ < trials_ && entry({.trial = begun_, .rung = 0}) != nullptr) ++begun_;
  if (begun_ == trials_) return std::nullopt;
  const AshaStep step{.trial = begun_, .rung = 0};
  start(step);
  return step;
}

void Asha::start(const AshaStep& step) {
  if (entry(step) == nullptr) rungs_.at(step.rung).push_back({.trial = step.trial});
}

void Asha::end(const AshaStep& step, double score) {
  auto& rung = rungs_.at(step.rung);
  const auto found = std::ranges::find(rung, step.trial, &Entry::trial);
  if (found != rung.end()) found->score = score;
}

bool Asha::has_ended(const AshaStep& step) const {
  const auto* found = entry(step);
  return found != nullptr && found->score.has_value();
}

const Asha::Entry* Asha::entry(const AshaStep& step) const {
  const auto& rung = rungs_.at(step.rung);
  const auto found = std::ranges::find(rung, step.trial, &Entry::trial);
  return found == rung.end() ? nullptr : &*found;
}

/// The best of the completed trials that may be promoted and has not been.
std::optional<std::int64_t> Asha::promotable(std::size_t rung) const {
  Rung completed;
  std::ranges::copy_if(rungs_[rung], std::back_inserter(completed),
                       [](const Entry& one) { return one.score.has_value(); });
  const auto count = static_cast<std::size_t>(std::ssize(completed) / eta_);
  std::erase_if(completed, [](const Entry& one) { return std::isnan(*one.score); });
  // By number where scores are equal, whatever the order in which trials came to the rung.
  std::ranges::sort(completed, [](const Entry& a, const Entry& b) {
    return *a.score != *b.score ? *a.score > *b.score : a.trial < b.trial;
  });
  completed.resize(std::min(count, completed.size()), Entry{.trial = 0});
  for (const auto& one : completed)
    if (entry({.trial = one.trial, .rung = rung + 1}) == nullptr) return one.trial;
  return std::nullopt;
}

std::vector<std::int64_t> rung_epochs(std::int64_t min, std::int64_t max, std::int64_t eta) {
  std::vector<std::int64_t> rungs{max};
  for (auto epochs = static_cast<double>(max) / static_cast<double>(eta);;
       epochs /= static_cast<double>(eta)) {
    const auto rounded = static_cast<std::int64_t>(std::llround(epochs));
    if (rounded < std::max<std::int64_t>(min, 1)) break;
    if (rounded < rungs.back()) rungs.push_back(rounded);
  }
  std::ranges::reverse(rungs);
  return rungs;
}

}  // namespace temper::tune
