#include "temper/study/analysis/questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "temper/statistics/shapley.h"

namespace temper::study {
namespace {

void add_once(std::vector<Contrast>& to, const Contrast& contrast) {
  if (!contrast.empty() && std::ranges::count(to, contrast) == 0) to.push_back(contrast);
}

std::vector<Tag> tags_of(const Study& study) {
  if (!study.sums.empty()) return study.sums;
  std::vector<Tag> tags;
  for (const auto tag : {Tag::training, Tag::regularization, Tag::architecture})
    if (std::ranges::any_of(study.rows, [&](const Row& row) { return row.tag == tag; }))
      tags.push_back(tag);
  return tags;
}

/// The sum, for each tag, of the differences of that kind of its rows.
std::vector<NamedContrast> sums_of(const Study& study, std::span<const Comparison> comparisons,
                                   Kind kind) {
  std::vector<NamedContrast> sums;
  for (const auto tag : tags_of(study)) {
    Contrast sum;
    for (const auto& one : comparisons)
      if (one.kind == kind && one.row && !one.length && study.rows[*one.row].tag == tag)
        add(sum, difference_of(one.arm, one.than));
    if (!sum.empty()) sums.push_back({std::string(name_of(tag)), tag, std::move(sum)});
  }
  return sums;
}

std::vector<NamedContrast> sums_of(const Study& study,
                                   const std::vector<NamedContrast>& contributions) {
  std::vector<NamedContrast> sums;
  for (const auto tag : tags_of(study)) {
    Contrast sum;
    for (const auto& one : contributions)
      if (one.tag == tag) add(sum, one.contrast);
    if (!sum.empty()) sums.push_back({std::string(name_of(tag)), tag, std::move(sum)});
  }
  return sums;
}

/// Index of the arm with these rows; nullopt: none.
std::optional<std::size_t> arm_with(std::span<const Arm> arms, const std::set<std::size_t>& rows) {
  for (std::size_t i = 0; i < arms.size(); ++i)
    if (!arms[i].length && std::ranges::equal(arms[i].rows, rows)) return i;
  return std::nullopt;
}

/// The effect of each factor, averaged over both values of the other one, and their interaction.
std::vector<NamedContrast> effects_of(const Study& study, std::span<const Arm> arms) {
  std::set<std::size_t> architecture;
  std::set<std::size_t> training;
  std::set<std::size_t> all;
  for (std::size_t row = 0; row < study.rows.size(); ++row) {
    (study.rows[row].tag == Tag::architecture ? architecture : training).insert(row);
    all.insert(row);
  }
  const auto old = arm_with(arms, {});
  const auto network = arm_with(arms, architecture);
  const auto trained = arm_with(arms, training);
  const auto both = arm_with(arms, all);
  if (!old || !network || !trained || !both) return {};
  return {
      {"architecture",
       Tag::architecture,
       {{*old, -0.5}, {*network, 0.5}, {*trained, -0.5}, {*both, 0.5}}},
      {"training", Tag::training, {{*old, -0.5}, {*network, -0.5}, {*trained, 0.5}, {*both, 0.5}}},
      {"interaction", Tag::none, {{*old, 1.0}, {*network, -1.0}, {*trained, -1.0}, {*both, 1.0}}}};
}

/// Shapley values are linear in the results of the subsets: the weight of a subset's result is the
/// value where that result is 1 and all others are 0.
std::vector<NamedContrast> contributions_of(const Study& study) {
  std::vector<NamedContrast> contributions;
  for (const auto& row : study.rows) contributions.push_back({row.name, row.tag, {}});
  std::vector<double> subsets(std::size_t{1} << study.rows.size());
  for (std::size_t arm = 0; arm < subsets.size(); ++arm) {
    subsets[arm] = 1;
    const auto weights = statistics::shapley(subsets);
    subsets[arm] = 0;
    for (std::size_t row = 0; row < weights.size(); ++row)
      contributions[row].contrast[arm] = weights[row];
  }
  return contributions;
}

}  // namespace

std::vector<Contrast> Questions::planned() const {
  std::vector<Contrast> all;
  for (std::size_t i = 0; i < comparisons.size(); ++i)
    if (!is_apart[i]) add_once(all, comparisons[i]);
  for (const auto* list : {&effects, &contributions})
    for (const auto& one : *list) add_once(all, one.contrast);
  return all;
}

std::vector<Contrast> Questions::family() const {
  auto all = planned();
  for (const auto* list : {&sums, &sums_left_out})
    for (const auto& one : *list) add_once(all, one.contrast);
  return all;
}

std::string Questions::name_of(const Contrast& contrast, std::span<const Arm> arms) const {
  for (const auto* list : {&effects, &contributions, &sums, &sums_left_out})
    for (const auto& one : *list)
      if (one.contrast == contrast && contrast.size() > 2) return one.name;
  const auto side = [&](double weight) {
    for (const auto& [arm, own] : contrast)
      if (own == weight) return arms[arm].name;
    return std::string();
  };
  return fmt::format("{} against {}", side(1), side(-1));
}

Questions questions_of(const Study& study, std::span<const Arm> arms,
                       std::span<const Comparison> comparisons) {
  Questions questions;
  for (const auto& one : comparisons) {
    questions.comparisons.push_back(difference_of(one.arm, one.than));
    // In mode `orders` most arms are there for the contributions alone.
    const auto rows = arms[one.arm].rows.size();
    const bool is_subset = study.mode == Mode::orders && one.kind == Kind::against_base &&
                           rows > 1 && rows < study.rows.size();
    questions.is_apart.push_back(one.kind == Kind::claim || is_subset);
  }
  if (study.mode == Mode::additive)
    questions.sums = sums_of(study, comparisons, Kind::against_before);
  questions.sums_left_out = sums_of(study, comparisons, Kind::left_out);
  if (study.mode == Mode::two_by_two) questions.effects = effects_of(study, arms);
  if (study.mode == Mode::orders) {
    questions.contributions = contributions_of(study);
    questions.sums = sums_of(study, questions.contributions);
  }
  return questions;
}

}  // namespace temper::study
