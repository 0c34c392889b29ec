#include "temper/tune/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/core/printable.h"
#include "temper/recipe/bind.h"
#include "temper/study/definition/labels.h"

namespace temper::tune {
namespace {

using recipe::Node;
using study::refuse;

constexpr std::size_t kMostParameters = 50;
constexpr std::size_t kMostValues = 1000;
constexpr double kMostWhole = 1e15;
constexpr std::string_view kOfBase = "base.";

/// The list `values` of a parameter.
std::vector<Node> take_values(Node::Table& table, const recipe::Tree& tree) {
  auto node = recipe::take(table, "values");
  if (!node) return {};
  auto* list = std::get_if<Node::List>(&node->value);
  if (list == nullptr || list->size() < 2 || list->size() > kMostValues)
    refuse(
        tree.where(node->position),
        fmt::format("values is no list of 2 to {} values, as in values = [16, 32]", kMostValues));
  return std::move(*list);
}

Parameter parameter_of(const Node& element, const recipe::Tree& tree, std::size_t number) {
  auto table = std::get<Node::Table>(element.value);
  Parameter parameter;
  parameter.where = tree.where(element.position);
  try {
    parameter.values = take_values(table, tree);
    recipe::Schedules none;
    recipe::bind_tree({Node{std::move(table), element.position}, tree.source, tree.edit},
                      group(parameter), none);
  } catch (const Error& error) {
    throw study::labelled(error, parameter.where, fmt::format("search {}", number));
  }
  return parameter;
}

std::vector<Parameter> take_parameters(Node::Table& from, const recipe::Tree& tree) {
  const auto node = recipe::take(from, "search");
  if (!node) return {};
  const auto* list = std::get_if<Node::List>(&node->value);
  const auto is_table = [](const Node& one) {
    return std::holds_alternative<Node::Table>(one.value);
  };
  if (list == nullptr || !std::ranges::all_of(*list, is_table) || list->size() > kMostParameters)
    refuse(tree.where(node->position),
           fmt::format("search is no list of up to {} tables; begin each with a line [[search]]",
                       kMostParameters));
  std::vector<Parameter> parameters;
  for (const auto& element : *list)
    parameters.push_back(parameter_of(element, tree, parameters.size() + 1));
  return parameters;
}

void read_text(Search& search, recipe::Tree tree) {
  auto& table = tree.table();
  const auto base = std::ranges::find(table, "base", &recipe::Member::key);
  if (base != table.end() && std::holds_alternative<Node::Table>(base->node.value)) {
    search.places.emplace("base", tree.where(base->position));
    search.base_tree = {std::move(base->node), tree.source, tree.edit};
    table.erase(base);
  }
  search.parameters = take_parameters(table, tree);
  recipe::Schedules none;
  recipe::bind_tree(tree, group(search), none, &search.places);
}

void read_edit(Search& search, const std::string& edit) {
  const bool of_base = edit.starts_with(kOfBase);
  auto tree = recipe::parse_edit(std::string_view(edit).substr(of_base ? kOfBase.size() : 0));
  if (of_base) {
    tree.source = fmt::format("--set {}", edit);
    search.base_sets.push_back(std::move(tree));
    return;
  }
  recipe::Schedules none;
  recipe::bind_tree(tree, group(search), none, &search.places);
}

/// What trials of one search must have in common, so that their validation sets are the same.
bool is_fixed(const Search& search, std::string_view option) {
  static constexpr std::array<std::string_view, 8> fixed{
      "name",       "seed",      "data.source",     "data.sources",
      "data.folds", "data.fold", "data.validation", "data.split_seed"};
  const bool is_length =
      option == "epochs" || option == "steps" || option.starts_with("early_stopping");
  if (is_length && search.method == Method::asha) return true;
  const auto is_within = [](std::string_view path, std::string_view table) {
    return path.size() > table.size() && path.starts_with(table) && path[table.size()] == '.';
  };
  return std::ranges::any_of(fixed, [&](std::string_view one) {
    return option == one || is_within(option, one) || is_within(one, option);
  });
}

void check_range(const Parameter& parameter) {
  const auto fail = [&](const std::string& message) { refuse(parameter.where, message); };
  const auto& [option, distribution, low, high] =
      std::tie(parameter.option, parameter.distribution, parameter.low, parameter.high);
  const auto name = name_of(distribution);
  if (distribution == Distribution::choice) {
    if (parameter.values.empty())
      fail(fmt::format("search of {}: choice needs its values, as in values = [16, 32]", option));
    if (low != 0 || high != 0)
      fail(fmt::format("search of {}: low and high have no effect with choice", option));
    return;
  }
  if (!parameter.values.empty())
    fail(fmt::format("search of {}: values have no effect with {}; set distribution = \"choice\"",
                     option, name));
  if (!(std::isfinite(low) && std::isfinite(high) && low < high))
    fail(fmt::format("search of {}: low is {} and high is {}; expected low < high", option, low,
                     high));
  if (distribution == Distribution::log_uniform && low <= 0)
    fail(fmt::format("search of {}: low is {}; log_uniform needs positive numbers", option, low));
  if (distribution == Distribution::integer &&
      (low != std::round(low) || high != std::round(high) || std::abs(low) > kMostWhole ||
       std::abs(high) > kMostWhole))
    fail(fmt::format("search of {}: low is {} and high is {}; integer needs whole numbers", option,
                     low, high));
}

}  // namespace

void check_parameters(const Search& search) {
  if (search.parameters.empty())
    refuse(recipe::place(search.places, "name"),
           "nothing to search for; add a table [[search]] with an option");
  std::set<std::string> options;
  for (const auto& parameter : search.parameters) {
    if (parameter.option.empty() || parameter.option.front() == '.' ||
        parameter.option.back() == '.' || parameter.option.find("..") != std::string::npos)
      refuse(parameter.where, fmt::format("option is {}; expected a path such as \"optimizer.lr\"",
                                          recipe::quote(parameter.option)));
    if (!options.insert(parameter.option).second)
      refuse(parameter.where, fmt::format("{} is searched for twice", parameter.option));
    if (is_fixed(search, parameter.option))
      refuse(
          parameter.where,
          fmt::format("{} can't be searched for: trials of one search have the same seed, length "
                      "and validation images, so that their scores can be compared",
                      parameter.option));
    check_range(parameter);
  }
}

Search read_search(std::string_view text, const std::string& name,
                   const std::vector<std::string>& sets) {
  Search search;
  search.places[""] = {.file = name};
  read_text(search, recipe::parse_toml(text, name));
  for (const auto& edit : sets) read_edit(search, edit);
  recipe::put_kinds_first(search.base_sets);
  if (search.name.empty()) search.name = printable(std::filesystem::path(name).stem().native());
  check_parameters(search);
  return search;
}

}  // namespace temper::tune
