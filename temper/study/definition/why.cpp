#include "temper/study/definition/why.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <variant>

#include "temper/core/error.h"
#include "temper/recipe/search.h"
#include "temper/recipe/text.h"
#include "temper/study/definition/differences.h"

namespace temper::study {
namespace {

using recipe::Recipe;

constexpr std::string_view kAuto = "\"auto\"";
constexpr std::string_view kLength = "length";

/// Options of which one stands in for the other, or that are given together: those that differ are
/// one row, which has the first one's name.
constexpr std::array<std::array<std::string_view, 3>, 5> kTogether{
    {{"model.depth", "model.layers"},
     {"data.batch_size", "data.batch_per_rank"},
     {"data.validation", "data.folds", "data.fold"},
     {"data.labelled", "data.labels"},
     {"data.mean", "data.std"}}};

/// "optimizer" of "optimizer.lr.peak".
std::string table_of(const std::string& path) {
  return path.substr(0, path.find('.'));
}

/// "optimizer.lr" of "optimizer.lr.peak".
std::string option_of(const std::string& path) {
  const auto dot = path.find('.');
  if (dot == std::string::npos) return path;
  return path.substr(0, path.find('.', dot + 1));
}

/// A recipe whose options can be looked up. Views need options that may be changed.
class Options {
 public:
  explicit Options(Recipe recipe) : recipe_(std::move(recipe)) {}

  /// TOML.
  [[nodiscard]] std::string value(const std::string& path) {
    const auto item = recipe::find(group(recipe_), path);
    return item ? recipe::value_text(item->slot, path, recipe_.schedules) : std::string();
  }

  /// The kind of a table of which there are several; "" for a table of fixed options; nothing for
  /// anything else, which can only be replaced as a whole.
  [[nodiscard]] std::optional<std::string> kind(const std::string& table) {
    const auto item = recipe::find(group(recipe_), table);
    if (!item) return std::nullopt;
    if (std::holds_alternative<std::function<Group()>>(item->slot)) return "";
    const auto* choice = std::get_if<std::function<ChoiceView()>>(&item->slot);
    if (choice == nullptr) return std::nullopt;
    const auto view = (*choice)();
    return std::string(view.kinds[view.index]);
  }

 private:
  Recipe recipe_;
};

/// Whether one of the recipes leaves the option to the program, so that it is no decision.
bool is_left_open(const std::string& path, const std::string& left, const std::string& right) {
  const auto either = [&](std::string_view value) { return left == value || right == value; };
  if (path == "data.mean" || path == "data.std") return either("[]");
  if (path == "optimizer.base_lr") return either("0.0");
  return either(kAuto);
}

Tag tag_of(const std::string& path) {
  constexpr std::array<std::string_view, 16> regularizing{"averaging",
                                                          "data.augment",
                                                          "loss.label_smoothing",
                                                          "loss.confidence_penalty",
                                                          "model.dropout",
                                                          "model.stochastic_depth",
                                                          "model.shake_drop",
                                                          "optimizer.weight_decay",
                                                          "penalty",
                                                          "max_norm",
                                                          "gradient_noise",
                                                          "early_stopping",
                                                          "consistency",
                                                          "distillation",
                                                          "mixing",
                                                          "adversarial"};
  if (std::ranges::find(regularizing, path) != regularizing.end()) return Tag::regularization;
  return table_of(path) == "model" ? Tag::architecture : Tag::training;
}

/// The path that a row for this difference sets.
std::string settable(const std::string& path, Options& from, Options& to) {
  const auto table = table_of(path);
  const auto kind = from.kind(table);
  return kind && kind == to.kind(table) ? option_of(path) : table;
}

/// The name of the row of an option.
std::string row_of(const std::string& path) {
  // A resolved recipe has it from the learning rate, see recipe::resolve().
  if (path == "optimizer.base_lr") return "optimizer.lr";
  for (const auto& options : kTogether)
    if (std::ranges::find(options, path) != options.end()) return std::string(options.front());
  return path;
}

/// Adds an edit to the row of that name, which is made where there is none.
void add(Changes& changes, const std::string& name, const std::string& path, Options& to) {
  auto& rows = changes.rows;
  auto row = std::ranges::find(rows, name, &Change::name);
  if (row == rows.end()) row = rows.insert(rows.end(), Change{name, tag_of(path), {}});
  const auto is_there =
      std::ranges::any_of(row->set, [&](const auto& edit) { return edit.first == path; });
  if (!is_there) row->set.emplace_back(path, to.value(path));
}

/// Whether the data comes from the same places, so that only their weights may differ.
bool have_same_data(const recipe::Data& left, const recipe::Data& right) {
  return left.sources.empty() == right.sources.empty() && sources_of(left) == sources_of(right);
}

/// "data.source = \"pictures\"", or the several sources.
std::string data_text(const Recipe& recipe, Options& options) {
  const std::string path = recipe.data.sources.empty() ? "data.source" : "data.sources";
  return fmt::format("{} = {}", path, options.value(path));
}

Changes changes_by(const Recipe& from, const Recipe& to, bool by_table) {
  Options before(from), after(to);
  Changes changes;
  const bool same_data = have_same_data(from.data, to.data);
  for (const auto& one : differences_in_results(from, to)) {
    if (one.path == "seed" || one.path == "data.split_seed") continue;
    if (!same_data && one.path.starts_with("data.sources")) continue;
    const auto path = settable(one.path, before, after);
    const auto left = before.value(path), right = after.value(path);
    if (is_left_open(path, left, right)) {
      const auto note = fmt::format(
          "{} is {} and {}: one of them leaves it to the program, so it is "
          "no row.",
          path, left, right);
      if (std::ranges::find(changes.notes, note) == changes.notes.end())
        changes.notes.push_back(note);
      continue;
    }
    if (one.path == "epochs" || one.path == "steps") {
      for (const auto* option : {"epochs", "steps"})
        add(changes, std::string(kLength), option, after);
      continue;
    }
    add(changes, by_table ? table_of(path) : row_of(path), path, after);
  }
  if (!same_data)
    changes.notes.push_back(
        fmt::format("The data differ, {} and {}: all rows are trained on the former.",
                    data_text(from, before), data_text(to, after)));
  return changes;
}

}  // namespace

Recipe recipe_of(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return recipe::load(path);
  const auto file = path / "recipe.toml";
  if (!std::filesystem::exists(file))
    throw Error(Code::usage, {.file = path.string()},
                "neither a recipe nor a run directory: it has no recipe.toml");
  return recipe::load(file);
}

Changes changes(const Recipe& from, const Recipe& to, RowsBy by) {
  if (by == RowsBy::table) return changes_by(from, to, true);
  auto found = changes_by(from, to, false);
  if (by == RowsBy::automatic && found.rows.size() > kMostRowsByOption)
    return changes_by(from, to, true);
  return found;
}

Mode usual_mode(std::size_t rows) {
  if (rows < 2) return Mode::one_at_a_time;
  return rows <= kMostRowsInAllOrders ? Mode::orders : Mode::additive;
}

std::string why_study(const Changes& changes, const WhyOptions& options) {
  if (changes.rows.empty() && !changes.notes.empty())
    throw Error(Code::usage,
                fmt::format("no difference between {} and {} can be a row of a study. {}",
                            options.base_name, options.other_name, fmt::join(changes.notes, " ")));
  if (changes.rows.empty())
    throw Error(Code::usage,
                fmt::format("{} and {} have the same options, as far as they change results; there "
                            "is nothing to attribute a difference to but the seed",
                            options.base_name, options.other_name));
  auto text = fmt::format(
      "name = {}\ndescription = {}\n",
      recipe::quote(fmt::format("{} instead of {}", options.other_name, options.base_name)),
      recipe::quote("what each difference between the two recipes is worth"));
  text += fmt::format("base = {}\nbase_name = {}\nmode = {}\nseeds = {}\n",
                      recipe::quote(options.base), recipe::quote(options.base_name),
                      recipe::quote(name_of(options.mode)), options.seeds);
  for (const auto& row : changes.rows) {
    text += fmt::format("\n[[row]]\nname = {}\ntag = {}\n", recipe::quote(row.name),
                        recipe::quote(name_of(row.tag)));
    for (const auto& [path, value] : row.set) text += fmt::format("set.{} = {}\n", path, value);
  }
  return text;
}

}  // namespace temper::study
