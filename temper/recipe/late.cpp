#include "temper/recipe/late.h"

#include <fmt/format.h>

#include <utility>

#include "temper/recipe/search.h"

namespace temper::recipe {
namespace {

/// Adds the late ones of a technique, one for each option.
void add(std::vector<Late>& late, const std::string& path, std::vector<Onset> onsets) {
  for (auto& onset : onsets) {
    auto option = join(path, onset.option);
    if (onset.is_late() && (late.empty() || late.back().path != option))
      late.push_back({std::move(option), std::move(onset)});
  }
}

}  // namespace

std::vector<Late> late_options(const Recipe& recipe, const schedule::Horizon& horizon) {
  auto copy = recipe;
  std::vector<Late> late;
  for_each_group(group(copy), [&](const std::string& path, const Group& options) {
    if (options.onsets) add(late, path, options.onsets(horizon));
  });
  for (const auto& [path, schedule] : recipe.schedules)
    add(late, path, schedule::onsets(schedule, horizon));
  return late;
}

std::string to_text(const Late& late) {
  return fmt::format(
      "{}: {}; it needs {:.10g} steps, and there are {:.10g}; change it, or train for longer",
      late.path, late.onset.otherwise, late.onset.needed, late.onset.available);
}

}  // namespace temper::recipe
