#include "temper/study/definition/comparisons.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace temper::study {
namespace {

using Number = std::optional<std::size_t>;

class Collector {
 public:
  Collector(const Study& study, std::span<const Arm> arms) : study_(study), arms_(arms) {}

  void length(Number length) {
    length_ = length;
    for (std::size_t i = 0; i < study_.rows.size(); ++i) row(i);
    if (study_.mode == Mode::leave_one_out || study_.mode == Mode::grid ||
        study_.mode == Mode::random || study_.mode == Mode::orders ||
        study_.mode == Mode::two_by_two)
      whole_arms();
    if (study_.mode == Mode::two_by_two) halves();
    for (std::size_t i = 0; i < study_.claims.size(); ++i) claim(i);
  }

  std::vector<Comparison> found;

 private:
  void row(std::size_t i) {
    if (study_.mode == Mode::two_by_two || study_.mode == Mode::grid || study_.mode == Mode::random)
      return;
    const auto own = arm_of(study_, arms_, Number(i), length_);
    const auto base = arm_of(study_, arms_, Number(), length_);
    if (study_.mode != Mode::leave_one_out) add(own, base, i, Kind::against_base);
    if (study_.mode == Mode::additive)
      add(own, i == 0 ? base : arm_of(study_, arms_, Number(i - 1), length_), i,
          Kind::against_before);
    if (study_.rows[i].extended)
      add(own, arm_of(study_, arms_, study_.rows[i].extended, length_), i, Kind::against_before);
    if (study_.mode != Mode::one_at_a_time)
      add(with(all_rows()), with(all_but(i)), i, Kind::left_out);
  }

  /// Arms that are no single row, each against the base.
  void whole_arms() {
    const auto base = arm_of(study_, arms_, Number(), length_);
    for (std::size_t i = 0; i < arms_.size(); ++i) {
      const bool all_alone = study_.mode == Mode::leave_one_out || study_.mode == Mode::orders;
      if (arms_[i].length == length_ && (!all_alone || arms_[i].rows == all_rows()))
        add(i, base, std::nullopt, Kind::against_base);
    }
  }

  /// What the architecture adds to the new training, and the training to the new architecture.
  void halves() {
    const auto of_half = [&](bool architecture) {
      std::vector<std::size_t> rows;
      for (std::size_t i = 0; i < study_.rows.size(); ++i)
        if ((study_.rows[i].tag == Tag::architecture) == architecture) rows.push_back(i);
      return with(rows);
    };
    for (const bool half : {true, false})
      add(with(all_rows()), of_half(half), std::nullopt, Kind::left_out);
  }

  void claim(std::size_t i) {
    const auto& claim = study_.claims[i];
    const auto row = std::ranges::find(study_.rows, claim.row, &Row::name);
    auto than = claim.than;
    if (than.empty())
      than = row == study_.rows.end() || row->extends.empty() ? study_.base_name : row->extends;
    add(arm_of(study_, arms_, claim.row, length_), arm_of(study_, arms_, than, length_),
        row == study_.rows.end() ? Number() : Number(row - study_.rows.begin()), Kind::claim, i);
  }

  void add(Number arm, Number than, Number row, Kind kind, Number claim = {}) {
    if (!arm || !than || trained_alike(study_, arms_[*arm], arms_[*than])) return;
    found.push_back({.name = fmt::format("{} - {}", arms_[*arm].name, arms_[*than].name),
                     .arm = *arm,
                     .than = *than,
                     .row = row,
                     .kind = kind,
                     .claim = claim,
                     .length = length_});
  }

  [[nodiscard]] std::vector<std::size_t> all_rows() const { return all_but(study_.rows.size()); }
  [[nodiscard]] std::vector<std::size_t> all_but(std::size_t left_out) const {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < study_.rows.size(); ++i)
      if (i != left_out) rows.push_back(i);
    return rows;
  }
  [[nodiscard]] Number with(const std::vector<std::size_t>& rows) const {
    const auto arm = std::ranges::find_if(
        arms_, [&](const Arm& one) { return one.rows == rows && one.length == length_; });
    return arm == arms_.end() ? Number() : Number(arm - arms_.begin());
  }

  const Study& study_;
  std::span<const Arm> arms_;
  Number length_;
};

}  // namespace

std::vector<Comparison> comparisons(const Study& study, std::span<const Arm> arms) {
  Collector collector(study, arms);
  collector.length(std::nullopt);
  for (std::size_t i = 0; i < study.lengths.size(); ++i) collector.length(i);
  return std::move(collector.found);
}

}  // namespace temper::study
