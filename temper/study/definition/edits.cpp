#include "temper/study/definition/edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>
#include <variant>

#include "temper/core/error.h"
#include "temper/recipe/text.h"

namespace temper::study {
namespace {

using recipe::Node;

/// The parts of a path; a part is empty where it begins or ends with a dot, or has two in a row.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for (const auto part : std::views::split(path, '.')) parts.emplace_back(part.begin(), part.end());
  return parts;
}

class Collector {
 public:
  explicit Collector(const recipe::Tree& origin) : origin_(origin) {}

  void table(const Node::Table& table, const std::string& path) {
    for (const auto& member : table) {
      const auto here = recipe::join(path, member.key);
      const auto* inner = std::get_if<Node::Table>(&member.node.value);
      if (inner != nullptr && !member.node.in_braces)
        this->table(*inner, here);
      else
        add(here, member);
    }
  }

  Edits found;

 private:
  void add(const std::string& path, const recipe::Member& member) {
    const auto where = origin_.where(member.position);
    if (std::ranges::any_of(parts_of(path), &std::string::empty))
      throw Error(Code::usage, where,
                  fmt::format("{} is no path of an option; expected names joined by dots, as in "
                              "optimizer.lr",
                              recipe::quote(path)));
    if (std::ranges::find(found.all, path, &Edits::Edit::path) != found.all.end())
      throw Error(Code::usage, where, fmt::format("{} is set twice: keep one", path));
    found.all.push_back(edit_of(path, member.position, member.node, origin_));
  }

  const recipe::Tree& origin_;
};

}  // namespace

const Node& Edits::Edit::value() const {
  const auto* node = &tree.root;
  while (node->partial) node = &std::get<Node::Table>(node->value).front().node;
  return *node;
}

Where Edits::Edit::where() const {
  return tree.where(value().position);
}

std::vector<recipe::Tree> Edits::trees() const {
  std::vector<recipe::Tree> trees;
  for (const auto& edit : all) trees.push_back(edit.tree);
  recipe::put_kinds_first(trees);
  return trees;
}

Edits::Edit edit_of(const std::string& path, recipe::Position position, Node value,
                    const recipe::Tree& origin) {
  for (auto& part : std::views::reverse(parts_of(path))) {
    Node::Table table;
    table.push_back({part, position, std::move(value)});
    value = Node{std::move(table), position, true};
  }
  return {path, {std::move(value), origin.source, origin.edit}};
}

Edits take_edits(Node::Table& table, std::string_view key, const recipe::Tree& origin) {
  const auto member = std::ranges::find(table, key, &recipe::Member::key);
  if (member == table.end()) return {};
  const auto node = std::move(member->node);
  table.erase(member);
  const auto* edits = std::get_if<Node::Table>(&node.value);
  if (edits == nullptr)
    throw Error(Code::usage, origin.where(node.position),
                fmt::format("{0} is no table; expected options with their values, as in "
                            "{0}.optimizer.lr = ...",
                            key));
  Collector collector(origin);
  collector.table(*edits, "");
  return std::move(collector.found);
}

}  // namespace temper::study
