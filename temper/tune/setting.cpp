#include "temper/tune/setting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/recipe/overloaded.h"
#include "temper/recipe/search.h"
#include "temper/schedule/schedule.h"
#include "temper/study/definition/edits.h"

namespace temper::tune {
namespace {

using recipe::Node;

/// A value as TOML on one line.
std::string text_of(const Node& node) {
  return std::visit(
      recipe::Overloaded{[](bool value) { return std::string(value ? "true" : "false"); },
                         [](std::int64_t value) { return fmt::format("{}", value); },
                         [](double value) { return recipe::number_text(value); },
                         [](const std::string& value) { return recipe::quote(value); },
                         [](const Node::List& list) {
                           std::vector<std::string> parts;
                           for (const auto& element : list) parts.push_back(text_of(element));
                           return fmt::format("[{}]", fmt::join(parts, ", "));
                         },
                         [](const Node::Table& table) {
                           std::vector<std::string> parts;
                           for (const auto& member : table)
                             parts.push_back(
                                 fmt::format("{} = {}", member.key, text_of(member.node)));
                           return fmt::format("{{ {} }}", fmt::join(parts, ", "));
                         }},
      node.value);
}

/// The node of a drawn value.
Node drawn(const Search& search, const Parameter& parameter, std::int64_t trial) {
  Random random(static_cast<std::uint64_t>(search.seed), Purpose::search,
                {static_cast<std::uint64_t>(trial), coordinate(parameter.option)});
  const auto [low, high] = std::pair(parameter.low, parameter.high);
  double value = 0;
  switch (parameter.distribution) {
    case Distribution::choice:
      return parameter.values[random.below(parameter.values.size())];
    case Distribution::integer:
      return {static_cast<std::int64_t>(low) +
              static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low) + 1))};
    case Distribution::log_uniform:
      value = std::exp(random.uniform(std::log(low), std::log(high)));
      break;
    case Distribution::uniform:
      value = random.uniform(low, high);
      break;
  }
  // Six digits, so that people can read and repeat it.
  value = std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
  return {std::clamp(value, low, high)};
}

}  // namespace

std::string value_text(const Search& search, const Parameter& parameter, std::int64_t trial) {
  return text_of(drawn(search, parameter, trial));
}

std::vector<std::string> choices_of(const Parameter& parameter) {
  std::vector<std::string> texts;
  for (const auto& value : parameter.values) texts.push_back(text_of(value));
  return texts;
}

recipe::Recipe recipe_of(const Search& search, std::int64_t trial) {
  auto edits = search.base_sets;
  study::Edits own;
  if (trial >= 0)
    for (const auto& parameter : search.parameters)
      own.all.push_back(study::edit_of(
          parameter.path,
          {.line = static_cast<std::uint32_t>(parameter.where.line),
           .column = static_cast<std::uint32_t>(parameter.where.column)},
          drawn(search, parameter, trial), {.root = {}, .source = parameter.where.file}));
  for (auto& tree : own.trees()) edits.push_back(std::move(tree));
  return recipe::bound(search.base_tree, edits);
}

std::string height_path(const recipe::Recipe& recipe, const std::string& option) {
  const auto driven = recipe.schedules.find(option);
  if (driven == recipe.schedules.end()) return option;
  auto schedule = driven->second;
  const auto curve = std::get<std::function<ChoiceView()>>(slot(schedule))().active();
  for (const char* name : {"peak", "value"})
    if (recipe::has_option(curve, name)) return recipe::join(option, name);
  throw Error(Code::usage, recipe::place(recipe.places, option),
              fmt::format("{} has a schedule of several pieces, each with a number of its own; "
                          "name one of these",
                          option));
}

}  // namespace temper::tune
