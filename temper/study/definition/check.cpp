#include "temper/study/definition/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/recipe/search.h"
#include "temper/study/definition/arms.h"
#include "temper/study/definition/comparisons.h"
#include "temper/study/definition/labels.h"
#include "temper/study/definition/tuning.h"

namespace temper::study {
namespace {

class Checker {
 public:
  explicit Checker(const Study& study) : study_(study), arms_(arms(study)) {}

  void check() const {
    for (std::size_t i = 0; i < study_.rows.size(); ++i) {
      changes_something(i);
      leaves_tuned_numbers(study_.rows[i]);
    }
    for (const auto& arm : arms_) {
      check_phases(arm);
      (void)tuning_axes(study_, arm);
    }
    check_claims();
  }

 private:
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
    if (!base || !arm || !same_results(*arm, *base)) return;
    const auto than = before.empty() ? study_.base_name : study_.rows[before.back()].name;
    refuse(row,
           fmt::format("it changes nothing that affects results: with it the recipe is that of "
                       "'{}'",
                       than));
  }

  /// A row may give the number that is tuned a schedule, or a start together with another
  /// optimizer; a plain number alone would be replaced by the tuned one.
  void leaves_tuned_numbers(const Row& row) const {
    for (const auto& path : study_.tune) {
      const auto sets_kind = [&](const Edits::Edit& edit) {
        const auto dot = edit.path.rfind('.');
        const auto key = edit.path.substr(dot == std::string::npos ? 0 : dot + 1);
        return (key == "kind" || key == "schedule") && path.starts_with(edit.path.substr(0, dot));
      };
      if (std::ranges::any_of(row.set.all, sets_kind)) continue;
      for (const auto& edit : row.set.all) {
        const bool of_it = edit.path == path || edit.path == path + ".peak" ||
                           edit.path == path + ".value" || path == edit.path + ".peak";
        if (of_it && !std::holds_alternative<recipe::Node::Table>(edit.value().value))
          refuse(edit.where(),
                 fmt::format("{}: it sets {}, which tune chooses for every row; leave it out here, "
                             "or leave {} out of tune",
                             label(row), edit.path, path));
      }
    }
  }

  /// Whether an option may change at a step, so that the run can go on from its checkpoint.
  static bool may_change(const recipe::Recipe& recipe, const std::string& path) {
    constexpr std::array<std::string_view, 4> never{"seed", "optimizer.kind", "epochs", "steps"};
    if (std::ranges::find(never, path) != never.end()) return false;
    const bool fixed = path.starts_with("model.") ||
                       (path.starts_with("data.") && !path.starts_with("data.augment"));
    if (!fixed) return true;
    auto copy = recipe;
    const auto option = recipe::find(group(copy), path);
    return option && option->meta.scheduled;
  }

  void check_phases(const Arm& arm) const {
    for (std::size_t i = 0; i < arm.before.size(); ++i) {
      const auto& [until, before] = arm.before[i];
      const auto& after = i + 1 < arm.before.size() ? arm.before[i + 1].recipe : arm.recipe;
      const auto row = std::ranges::find_if(arm.rows, [&, step = until](std::size_t one) {
        return study_.rows[one].from_step == step;
      });
      const auto& named = study_.rows[*row];
      if (after.steps > 0 && until >= after.steps)
        refuse(named,
               fmt::format("from_step is {}, but the run ends after {} steps", until, after.steps));
      for (const auto& change : recipe::differences(before, after))
        if (change.changes_results && !may_change(after, change.path))
          refuse(named,
                 fmt::format("it changes {} from step {} on, which a run that has begun can't; "
                             "leave out from_step",
                             change.path, until));
    }
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

}  // namespace temper::study
