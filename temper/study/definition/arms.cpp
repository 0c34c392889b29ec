#include "temper/study/definition/arms.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/recipe/text.h"
#include "temper/study/definition/combinations.h"
#include "temper/study/definition/differences.h"
#include "temper/study/definition/labels.h"

namespace temper::study {
namespace {

constexpr std::int64_t kSharedSplit = 1;  // data.split_seed of all seeds

/// The recipe of an arm, with the rows whose from_step is below `until`.
recipe::Recipe recipe_of(const Study& study, const Arm& arm, std::int64_t until) {
  auto edits = study.base_sets;
  const auto add = [&](std::vector<recipe::Tree> trees) {
    std::ranges::move(trees, std::back_inserter(edits));
  };
  if (arm.length) add(study.lengths[*arm.length].set.trees());
  for (const auto row : arm.rows)
    if (study.rows[row].from_step < until) add(study.rows[row].set.trees());
  for (const auto& [path, value] : arm.tuned)
    add({recipe::parse_edit(fmt::format("{}={}", path, value))});
  auto recipe = recipe::bound(study.base_tree, edits);
  if (study.splits == Splits::shared && !recipe.data.split_seed.value)
    recipe.data.split_seed.value = kSharedSplit;
  return recipe;
}

void bind_recipes(const Study& study, Arm& arm) {
  constexpr auto end = std::numeric_limits<std::int64_t>::max();
  std::set<std::int64_t> steps;
  for (const auto row : arm.rows)
    if (study.rows[row].from_step > 0) steps.insert(study.rows[row].from_step);
  arm.before.clear();
  for (const auto step : steps) arm.before.push_back({step, recipe_of(study, arm, step)});
  arm.recipe = recipe_of(study, arm, end);
}

/// Where the recipe is refused, the message names the row that the arm is named after, or the arm.
Arm made(const Study& study, const Combination& combination, std::optional<std::size_t> length) {
  Arm arm{.name = combination.name, .rows = combination.rows, .length = length};
  if (length) arm.name += fmt::format(", {}", study.lengths[*length].name);
  try {
    bind_recipes(study, arm);
  } catch (const Error& error) {
    if (arm.rows.empty() && !length) throw;
    if (arm.rows.empty()) throw labelled(error, study.lengths[*length].where, arm.name);
    const auto& row = study.rows[arm.rows.back()];
    const bool of_row = combination.name == row.name;
    throw labelled(error, row.where, of_row ? label(row) : fmt::format("the arm '{}'", arm.name));
  }
  return arm;
}

bool is_chosen(const Study& study, const Length& length, const Combination& combination) {
  return length.chosen.empty() || combination.rows.empty() ||
         std::ranges::any_of(length.chosen, [&](std::size_t row) {
           return combination.name == study.rows[row].name;
         });
}

void find_teachers(const Study& study, std::vector<Arm>& all) {
  for (auto& arm : all) {
    const auto name = teacher_row(arm.recipe);
    if (name.empty()) continue;
    const auto where = recipe::place(arm.recipe.places, "distillation.from");
    arm.teacher = arm_of(study, all, name, arm.length);
    if (!arm.teacher) arm.teacher = arm_of(study, all, name);
    if (arm.teacher) continue;
    std::vector<std::string_view> names{study.base_name};
    for (const auto& row : study.rows) names.push_back(row.name);
    const bool is_row = std::ranges::find(names, name) != names.end();
    refuse(where,
           is_row ? fmt::format("distillation.from names the row \"{}\", which mode = "
                                "\"{}\" does not train by itself",
                                name, name_of(study.mode))
                  : fmt::format("distillation.from names the row \"{}\", which there is not: {}",
                                name, suggestion(name, names, "the rows are")));
  }
}

/// Throws for an arm that is, at some remove, its own teacher.
void check_circles(const std::vector<Arm>& all) {
  for (const auto& arm : all) {
    std::string path = fmt::format("'{}'", arm.name);
    std::set<std::size_t> seen;
    for (auto teacher = arm.teacher; teacher; teacher = all[*teacher].teacher) {
      path += fmt::format(" is taught by '{}'", all[*teacher].name);
      if (!seen.insert(*teacher).second)
        refuse(recipe::place(arm.recipe.places, "distillation.from"),
               fmt::format("teachers in a circle: {}; the first teacher must learn from labels or "
                           "from a finished run",
                           path));
      path += ", which";
    }
  }
}

}  // namespace

std::string_view teacher_row(const recipe::Recipe& recipe) {
  if (!recipe.distillation) return "";
  const std::string_view from = recipe.distillation->from;
  return from.starts_with(kTeacherRow) ? from.substr(kTeacherRow.size()) : std::string_view{};
}

std::vector<Arm> arms(const Study& study) {
  const auto wanted = combinations(study);
  std::vector<Arm> all;
  for (const auto& combination : wanted) all.push_back(made(study, combination, std::nullopt));
  for (std::size_t i = 0; i < study.lengths.size(); ++i)
    for (const auto& combination : wanted)
      if (is_chosen(study, study.lengths[i], combination))
        all.push_back(made(study, combination, i));
  find_teachers(study, all);
  check_circles(all);
  return all;
}

Arm with_tuned(const Study& study, const Arm& arm, TunedValues tuned) {
  auto other = arm;
  other.tuned = std::move(tuned);
  bind_recipes(study, other);
  return other;
}

bool same_results(const Arm& a, const Arm& b) {
  const auto same = [](const recipe::Recipe& left, const recipe::Recipe& right) {
    return differences_in_results(left, right).empty();
  };
  return same(a.recipe, b.recipe) && a.teacher == b.teacher &&
         std::ranges::equal(a.before, b.before, [&](const Phase& left, const Phase& right) {
           return left.until_step == right.until_step && same(left.recipe, right.recipe);
         });
}

bool trained_alike(const Study& study, const Arm& a, const Arm& b) {
  const auto tuned = [&](const Arm& arm) {
    std::set<std::string> paths;
    for (const auto row : arm.rows)
      paths.insert(study.rows[row].tune.begin(), study.rows[row].tune.end());
    return paths;
  };
  return same_results(a, b) && tuned(a) == tuned(b);
}

std::optional<std::size_t> arm_of(const Study& study, std::span<const Arm> arms,
                                  std::optional<std::size_t> row,
                                  std::optional<std::size_t> length) {
  std::vector<std::size_t> rows;
  if (row && study.mode == Mode::additive)
    for (std::size_t i = 0; i <= *row; ++i) rows.push_back(i);
  else
    for (auto one = row; one; one = study.rows[*one].extended) rows.insert(rows.begin(), *one);
  const auto arm = std::ranges::find_if(
      arms, [&](const Arm& one) { return one.rows == rows && one.length == length; });
  if (arm == arms.end()) return std::nullopt;
  return static_cast<std::size_t>(arm - arms.begin());
}

std::optional<std::size_t> arm_of(const Study& study, std::span<const Arm> arms,
                                  std::string_view name, std::optional<std::size_t> length) {
  if (name == study.base_name) return arm_of(study, arms, std::optional<std::size_t>(), length);
  const auto row = std::ranges::find(study.rows, name, &Row::name);
  if (row == study.rows.end()) return std::nullopt;
  return arm_of(study, arms,
                std::optional<std::size_t>(static_cast<std::size_t>(row - study.rows.begin())),
                length);
}

}  // namespace temper::study
