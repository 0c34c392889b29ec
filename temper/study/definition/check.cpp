#include "temper/study/definition/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/recipe/search.h"
#include "temper/recipe/text.h"
#include "temper/study/definition/arms.h"
#include "temper/study/definition/comparisons.h"
#include "temper/study/definition/differences.h"
#include "temper/study/definition/fixed.h"
#include "temper/study/definition/labels.h"
#include "temper/study/definition/rules.h"
#include "temper/study/definition/tuning.h"

namespace temper::study {
namespace {

/// "a" and "b", in quotes.
std::string data_text(const recipe::Data& data) {
  std::vector<std::string> quoted;
  for (const auto& source : sources_of(data)) quoted.push_back(recipe::quote(source));
  return fmt::format("{}", fmt::join(quoted, " and "));
}

/// Whether an edit may set where the data comes from.
bool sets_data(const Edits::Edit& edit) {
  return edit.path == "data" ||
         (edit.path.starts_with("data.source") && !edit.path.ends_with(".weight"));
}

class Checker {
 public:
  explicit Checker(const Study& study) : study_(study), arms_(arms(study)) {}

  void check() const {
    for (const auto& arm : arms_) check_data(arm);
    for (std::size_t i = 0; i < study_.rows.size(); ++i) changes_something(i);
    leave_tuned_numbers();
    leave_numbers_of_other_rows();
    check_beginnings([](const recipe::Recipe& recipe) {
      return recipe.steps > 0 ? recipe.steps : std::numeric_limits<std::int64_t>::max();
    });
    for (const auto& arm : arms_) {
      check_split(arm);
      check_phases(arm);
      check_attacked(arm);
      (void)tuning_axes(study_, arm);
    }
    check_claims();
  }

  void check_beginnings(const RunLength& length) const {
    for (const auto& arm : arms_)
      for (const auto& phase : arm.before)
        if (const auto end = length(arm.recipe); phase.until_step >= end)
          refuse(row_from(arm, phase.until_step),
                 fmt::format("from_step is {}, but the run has at most {} steps", phase.until_step,
                             end));
  }

 private:
  /// All rows have the base's data, since their test images are compared one by one.
  void check_data(const Arm& arm) const {
    const auto base = arm_of(study_, arms_, std::optional<std::size_t>(), arm.length);
    if (!base) return;
    const auto& data = arms_[*base].recipe.data;
    if (sources_of(arm.recipe.data) == sources_of(data)) return;
    for (const auto i : arm.rows | std::views::reverse)
      for (const auto& edit : study_.rows[i].set.all)
        if (sets_data(edit))
          refuse(edit.where(),
                 fmt::format("{}: it sets {}, so that the data is {} in place of {}; all rows of a "
                             "study are trained and tested on the same data: leave it out here, "
                             "and write a study of its own for other data",
                             label(study_.rows[i]), edit.path, data_text(arm.recipe.data),
                             data_text(data)));
  }

  /// The arm of these rows, whether or not the study trains it; nullopt where its recipe can't be.
  [[nodiscard]] std::optional<Arm> arm_with(std::vector<std::size_t> rows) const {
    const auto known = std::ranges::find_if(
        arms_, [&](const Arm& arm) { return arm.rows == rows && !arm.length; });
    if (known != arms_.end()) return *known;
    try {
      return with_tuned(study_, {.name = "", .rows = std::move(rows)}, {});
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  void changes_something(std::size_t i) const {
    const auto& row = study_.rows[i];
    std::vector<std::size_t> before;
    if (study_.mode == Mode::additive)
      for (std::size_t above = 0; above < i; ++above) before.push_back(above);
    for (auto one = row.extended; one; one = study_.rows[*one].extended)
      before.insert(before.begin(), *one);
    auto rows = before;
    rows.push_back(i);
    const auto base = arm_with(before);
    const auto arm = arm_with(rows);
    if (!base || !arm || !trained_alike(study_, *arm, *base)) return;
    const auto than = before.empty() ? study_.base_name : study_.rows[before.back()].name;
    refuse(row,
           fmt::format("it changes nothing that affects results: with it the recipe is that of "
                       "'{}'",
                       than));
  }

  /// A row may give the number that is tuned a schedule, or a start together with another
  /// optimizer; a plain number alone would be replaced by the tuned one.
  void leave_tuned_numbers() const {
    const auto check = [&](const Edits& edits, const std::string& whose) {
      for (const auto& path : study_.tune)
        if (const auto* edit = fixing(edits, path))
          refuse(edit->where(),
                 fmt::format("{}: it sets {}, which tune chooses for every row; leave it out here, "
                             "or leave {} out of tune",
                             whose, shown(*edit, path), path));
    };
    for (const auto& row : study_.rows) check(row.set, label(row));
    for (std::size_t i = 0; i < study_.lengths.size(); ++i)
      check(study_.lengths[i].set, fmt::format("length {} '{}'", i + 1, study_.lengths[i].name));
  }

  /// The same for numbers that another row tunes. A row that is made on top of another one may tune
  /// what that one sets: it is compared with it for that.
  void leave_numbers_of_other_rows() const {
    for (std::size_t tuner = 0; tuner < study_.rows.size(); ++tuner)
      for (const auto& path : study_.rows[tuner].tune)
        for (std::size_t i = 0; i < study_.rows.size(); ++i) {
          const auto& row = study_.rows[i];
          if (i == tuner || extends(tuner, i) || std::ranges::count(row.tune, path) > 0) continue;
          const auto* edit = fixing(row.set, path);
          if (edit == nullptr || !are_trained_together(i, tuner)) continue;
          refuse(edit->where(),
                 fmt::format("{0}: it sets {1}, which {2} tunes, also where both rows are trained "
                             "together; leave it out here, tune {3} here, too, or leave it out of "
                             "the tune of {2}",
                             label(row), shown(*edit, path), label(study_.rows[tuner]), path));
        }
  }

  /// The number that an edit fixes: the edit may be of a table around it, or of its schedule's
  /// peak.
  static std::string shown(const Edits::Edit& edit, const std::string& path) {
    return edit.path.size() < path.size() ? path : edit.path;
  }

  [[nodiscard]] bool extends(std::size_t row, std::size_t other) const {
    for (auto one = study_.rows[row].extended; one; one = study_.rows[*one].extended)
      if (*one == other) return true;
    return false;
  }

  [[nodiscard]] bool are_trained_together(std::size_t row, std::size_t other) const {
    return std::ranges::any_of(arms_, [&](const Arm& arm) {
      return std::ranges::count(arm.rows, row) > 0 && std::ranges::count(arm.rows, other) > 0;
    });
  }

  /// With a seed of its own for the split, all seeds of the study would have the same one.
  void check_split(const Arm& arm) const {
    const auto seed = arm.recipe.data.split_seed.value;
    if (study_.splits == Splits::redrawn && seed)
      refuse(
          recipe::place(arm.recipe.places, "data.split_seed"),
          fmt::format("data.split_seed is {} in '{}', so that all seeds have the same validation "
                      "images, but splits = \"redrawn\" is to give each seed its own; leave "
                      "data.split_seed out, or write splits = \"shared\"",
                      *seed, arm.name));
  }

  /// Figures that a log has only where the recipe asks for them.
  void check_attacked(const Arm& arm) const {
    if (measures(study_, "attacked.") && !arm.recipe.evaluation.attack)
      refuse(recipe::place(study_.places, "figures"),
             fmt::format("the figures attacked.* are of evaluations under attack, and '{}' has "
                         "none; give the base evaluation.attack, or leave these figures out",
                         arm.name));
  }

  /// Whether an option may change at a step, so that the run can go on from its checkpoint.
  static bool may_change(const recipe::Recipe& recipe, const std::string& path) {
    constexpr std::array<std::string_view, 3> never{"optimizer.kind", "epochs", "steps"};
    if (std::ranges::find(never, path) != never.end()) return false;
    const bool fixed = path.starts_with("model.") || path.starts_with("pretrained") ||
                       (path.starts_with("data.") && !path.starts_with("data.augment"));
    if (!fixed) return true;
    auto copy = recipe;
    const auto option = recipe::find(group(copy), path);
    return option && option->meta.scheduled;
  }

  /// The row of an arm whose changes begin at a step.
  [[nodiscard]] const Row& row_from(const Arm& arm, std::int64_t step) const {
    const auto row = std::ranges::find_if(
        arm.rows, [&](std::size_t one) { return study_.rows[one].from_step == step; });
    return study_.rows[*row];
  }

  void check_phases(const Arm& arm) const {
    for (std::size_t i = 0; i < arm.before.size(); ++i) {
      const auto& [until, before] = arm.before[i];
      const auto& after = i + 1 < arm.before.size() ? arm.before[i + 1].recipe : arm.recipe;
      const auto& named = row_from(arm, until);
      check_teacher(named, before, after, until);
      if (before.early_stopping)
        refuse(named, fmt::format("from_step is {}, but early_stopping may end the run before; "
                                  "leave out one of them",
                                  until));
      for (const auto& change : recipe::differences(before, after))
        if (change.changes_results && !may_change(after, change.path))
          refuse(named,
                 fmt::format("it changes {} from step {} on, which a run that has begun can't; "
                             "leave out from_step",
                             change.path, until));
    }
  }

  /// A trial has the network of one other trial at most.
  static void check_teacher(const Row& named, const recipe::Recipe& before,
                            const recipe::Recipe& after, std::int64_t until) {
    if (teacher_row(before).empty() || teacher_row(before) == teacher_row(after)) return;
    refuse(
        named,
        fmt::format("it changes distillation.from at step {}, up to which the row \"{}\" teaches; "
                    "a run can learn from one row only: leave out from_step, or keep the teacher",
                    until, teacher_row(before)));
  }

  void check_claims() const {
    const auto compared = comparisons(study_, arms_);
    for (std::size_t i = 0; i < study_.claims.size(); ++i) {
      const auto& claim = study_.claims[i];
      if (std::ranges::none_of(compared, [&](const Comparison& one) { return one.claim == i; }))
        refuse(claim.where, fmt::format("claim {} '{}': its two rows have the same recipe, or are "
                                        "not trained at the same length",
                                        i + 1, claim.text));
    }
  }

  const Study& study_;
  std::vector<Arm> arms_;
};

}  // namespace

void check_arms(const Study& study) {
  Checker(study).check();
}

void check_beginnings(const Study& study, const RunLength& length) {
  Checker(study).check_beginnings(length);
}

}  // namespace temper::study
