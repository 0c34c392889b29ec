#include "temper/study/definition/read.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>
#include <variant>

#include "temper/core/printable.h"
#include "temper/recipe/bind.h"
#include "temper/recipe/overloaded.h"
#include "temper/study/definition/labels.h"

namespace temper::study {
namespace {

using recipe::Node;
using recipe::Overloaded;
using recipe::Tree;

constexpr std::int64_t kMostSeeds = 1000;
constexpr std::size_t kMostTables = 200;  // of one sort
constexpr std::size_t kMostValues = 100;  // of one row
constexpr std::string_view kOfBase = "base.";

/// Where the text gives a number of seeds, the list from 1 to that number.
void spell_out_seeds(Node::Table& table, const Tree& tree) {
  const auto member = std::ranges::find(table, "seeds", &recipe::Member::key);
  if (member == table.end()) return;
  auto& node = member->node;
  const auto* count = std::get_if<std::int64_t>(&node.value);
  if (count == nullptr) return;
  if (*count < 1 || *count > kMostSeeds)
    refuse(tree.where(node.position),
           fmt::format("seeds is {}; expected the number of seeds, from 2 to {}, or their list",
                       *count, kMostSeeds));
  Node::List seeds;
  for (std::int64_t seed = 1; seed <= *count; ++seed) seeds.push_back({seed, node.position});
  node.value = std::move(seeds);
}

/// A value as it is shown in a row's name.
std::string text_of(const Node& node) {
  return std::visit(
      Overloaded{[](bool value) { return std::string(value ? "true" : "false"); },
                 [](const std::string& value) { return value; },
                 [](const Node::List& list) {
                   std::vector<std::string> parts;
                   for (const auto& element : list) parts.push_back(text_of(element));
                   return fmt::format("[{}]", fmt::join(parts, ", "));
                 },
                 [](const Node::Table& table) {
                   std::vector<std::string> parts;
                   for (const auto& member : table)
                     parts.push_back(member.key == "kind" || member.key == "schedule"
                                         ? text_of(member.node)
                                         : fmt::format("{} {}", member.key, text_of(member.node)));
                   return fmt::format("{}", fmt::join(parts, ", "));
                 },
                 [](const auto& value) { return fmt::format("{}", value); }},
      node.value);
}

void take_tables(Row& row, Node::Table& table, const Tree& tree) {
  row.set = take_edits(table, "set", tree);
  row.values = take_edits(table, "values", tree);
  row.tune_grid = take_edits(table, "tune_grid", tree);
}
void take_tables(Length& length, Node::Table& table, const Tree& tree) {
  length.set = take_edits(table, "set", tree);
}
void take_tables(Claim& /*claim*/, Node::Table& /*table*/, const Tree& /*tree*/) {}

/// "row 7 'dropout'", before the name is bound.
std::string label_of(const Node::Table& table, std::string_view key, std::size_t index) {
  const auto name =
      std::ranges::find(table, key == "claim" ? "text" : "name", &recipe::Member::key);
  const auto* text = name == table.end() ? nullptr : std::get_if<std::string>(&name->node.value);
  return fmt::format("{} {}{}", key, index + 1, text == nullptr ? "" : fmt::format(" '{}'", *text));
}

/// The tables [[key]], each with its place. They are bound one by one, so that messages name their
/// options as they are written.
template <class Part>
std::vector<Part> parts_of(Node::Table& from, std::string_view key, const Tree& tree) {
  const auto node = recipe::take(from, key);
  if (!node) return {};
  const auto* list = std::get_if<Node::List>(&node->value);
  const auto is_table = [](const Node& one) {
    return std::holds_alternative<Node::Table>(one.value);
  };
  if (list == nullptr || !std::ranges::all_of(*list, is_table))
    refuse(tree.where(node->position),
           fmt::format("{0} is no list of tables; begin each with a line [[{0}]]", key));
  if (list->size() > kMostTables)
    refuse(tree.where(node->position),
           fmt::format("{} tables [[{}]]; expected at most {}", list->size(), key, kMostTables));
  std::vector<Part> parts;
  for (const auto& element : *list) {
    auto table = std::get<Node::Table>(element.value);
    const auto label = label_of(table, key, parts.size());
    Part part;
    part.where = tree.where(element.position);
    try {
      take_tables(part, table, tree);
      recipe::Schedules none;
      recipe::bind_tree({Node{std::move(table), element.position}, tree.source, tree.edit},
                        group(part), none);
    } catch (const Error& error) {
      throw labelled(error, part.where, label);
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

void bind_options(Study& study, Tree& tree) {
  auto& table = tree.table();
  spell_out_seeds(table, tree);
  if (auto grid = take_edits(table, "tune_grid", tree); !grid.all.empty())
    study.tune_grid = std::move(grid);
  recipe::Schedules none;
  bind_tree(tree, group(study), none, &study.places);
}

void read_text(Study& study, Tree tree) {
  auto& table = tree.table();
  const auto base = std::ranges::find(table, "base", &recipe::Member::key);
  if (base != table.end() && std::holds_alternative<Node::Table>(base->node.value)) {
    study.places.emplace("base", tree.where(base->position));
    study.base_tree = {std::move(base->node), tree.source, tree.edit};
    table.erase(base);
  }
  study.rows = parts_of<Row>(table, "row", tree);
  study.lengths = parts_of<Length>(table, "length", tree);
  study.claims = parts_of<Claim>(table, "claim", tree);
  bind_options(study, tree);
}

void read_edit(Study& study, const std::string& edit) {
  if (edit.starts_with(kOfBase)) {
    auto tree = recipe::parse_edit(std::string_view(edit).substr(kOfBase.size()));
    tree.source = fmt::format("--set {}", edit);
    study.base_sets.push_back(std::move(tree));
    return;
  }
  auto tree = recipe::parse_edit(edit);
  constexpr std::array<std::string_view, 3> tables{"row", "length", "claim"};
  const auto& key = tree.table().front().key;
  if (std::ranges::find(tables, key) != tables.end())
    refuse({.file = tree.source},
           fmt::format("{0} can't be edited here; edit the tables [[{0}]] of the study file", key));
  bind_options(study, tree);
}

/// A row for each value of a row with `values`; other rows as they are.
std::vector<Row> spelled_out(const Row& row) {
  if (row.values.all.empty()) return {row};
  if (!row.set.all.empty()) refuse(row, "it has both set and values; keep one");
  if (row.values.all.size() > 1)
    refuse(row, fmt::format("values has {} options; expected one, with its list of values: another "
                            "option is another row",
                            row.values.all.size()));
  const auto& option = row.values.all.front();
  const auto* values = std::get_if<Node::List>(&option.value().value);
  if (values == nullptr || values->empty())
    refuse(row,
           fmt::format("values.{0} is no list of values, as in values.{0} = [1, 2]", option.path));
  if (values->size() > kMostValues)
    refuse(row, fmt::format("values.{} has {} values; expected at most {}", option.path,
                            values->size(), kMostValues));
  const auto name = row.name.empty() ? option.path.substr(option.path.rfind('.') + 1) : row.name;
  std::vector<Row> rows;
  for (const auto& value : *values) {
    auto& one = rows.emplace_back(row);
    one.name = fmt::format("{} {}", name, text_of(value));
    one.where = option.tree.where(value.position);
    one.set.all = {edit_of(option.path, value.position, value, option.tree)};
  }
  return rows;
}

}  // namespace

Study read_study(std::string_view text, const std::string& name,
                 const std::vector<std::string>& sets) {
  Study study;
  study.places[""] = {.file = name};
  read_text(study, recipe::parse_toml(text, name));
  for (const auto& edit : sets) read_edit(study, edit);
  recipe::put_kinds_first(study.base_sets);
  if (study.name.empty()) study.name = printable(std::filesystem::path(name).stem().native());
  std::vector<Row> rows;
  for (std::size_t i = 0; i < study.rows.size(); ++i) {
    study.rows[i].axis = i;
    for (auto& row : spelled_out(study.rows[i])) rows.push_back(std::move(row));
  }
  study.rows = std::move(rows);
  return study;
}

}  // namespace temper::study
