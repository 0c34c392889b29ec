#include "temper/recipe/recipe.h"

#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/io/hash.h"
#include "temper/io/read_file.h"
#include "temper/recipe/bind.h"
#include "temper/recipe/search.h"
#include "temper/recipe/write.h"

namespace temper::recipe {
namespace {

/// Counts the changes of arithmetic that make an old recipe give other numbers.
constexpr int kNumerics = 1;

constexpr std::uint64_t kMaxBytes = 1U << 20U;

/// Views are taken of mutable structs; this one is only read.
Group view(const Recipe& recipe) {
  return group(const_cast<Recipe&>(recipe));
}  // NOLINT

std::vector<Fact> facts_of(const Recipe& recipe) {
  Recipe defaults;
  return facts(view(recipe), recipe.schedules, group(defaults));
}

double* number_at(const Group& root, const std::string& path) {
  const auto item = find(root, path);
  double* const* number = item ? std::get_if<double*>(&item->slot) : nullptr;
  if (number == nullptr)
    throw Error(Code::internal, fmt::format("a schedule drives '{}', which is no number", path));
  return *number;
}

}  // namespace

Recipe parse(std::string_view text, const std::string& name,
             const std::vector<std::string>& edits) {
  Recipe recipe;
  bind(parse_toml(text, name), group(recipe), recipe.schedules);
  for (const auto& edit : edits) bind(parse_edit(edit), group(recipe), recipe.schedules);
  return recipe;
}

Recipe load(const std::filesystem::path& path, const std::vector<std::string>& edits) {
  return parse(io::read_text(path, kMaxBytes), path.string(), edits);
}

std::string to_toml(const Recipe& recipe) {
  return document(view(recipe), recipe.schedules);
}

std::string model_text(const Recipe& recipe) {
  auto copy = recipe;
  return value_text(slot(copy.model), "model", {});
}

std::vector<Difference> differences(const Recipe& left, const Recipe& right) {
  return differences(facts_of(left), facts_of(right));
}

std::string fingerprint(const Recipe& recipe, const std::string& data_digest) {
  io::Hash hash;
  hash.update(fmt::format("numerics {}\ndata {}\n", kNumerics, data_digest));
  for (const auto& fact : facts_of(recipe))
    if (fact.changes_results && !fact.is_default)
      hash.update(fmt::format("{} = {}\n", fact.path, fact.value));
  return hash.hex();
}

void check_schedules(const Recipe& recipe, const schedule::Horizon& horizon) {
  for (const auto& [path, schedule] : recipe.schedules) {
    const auto item = find(view(recipe), path);
    if (!item)
      throw Error(Code::internal, fmt::format("a schedule drives '{}', which is not there", path));
    for (std::int64_t step = 0; step < horizon.total_steps; ++step)
      if (const double value = schedule::value(schedule, step, horizon);
          !item->meta.bounds.contain(value))
        throw Error(Code::usage, fmt::format("{}: the schedule gives {:g} at step {}; expected {}",
                                             path, value, step, item->meta.bounds.text()));
  }
}

std::vector<std::string> lint(const Recipe& recipe, const schedule::Horizon& horizon) {
  std::vector<std::string> notes;
  for (const auto& [path, schedule] : recipe.schedules) {
    const double warmup =
        std::visit([&](const auto& s) { return s.warmup.in_steps(horizon); }, schedule);
    if (warmup >= static_cast<double>(horizon.total_steps))
      notes.push_back(fmt::format(
          "{}: the warm-up of {:g} steps is as long as the run of {}: the peak is never reached",
          path, warmup, horizon.total_steps));
  }
  return notes;
}

ScheduleDriver::ScheduleDriver(Recipe& recipe, const schedule::Horizon& horizon)
    : horizon_(horizon) {
  const auto root = group(recipe);
  for (const auto& [path, schedule] : recipe.schedules)
    driven_.emplace_back(number_at(root, path), schedule);
}

void ScheduleDriver::apply(std::int64_t step) {
  for (const auto& [number, schedule] : driven_)
    *number = schedule::value(schedule, step, horizon_);
}

}  // namespace temper::recipe
