#include "temper/study/definition/fixed.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "temper/core/parse_number.h"

namespace temper::study {
namespace {

using recipe::Node;

bool names_kind(std::string_view key) {
  return key == "kind" || key == "schedule";
}

/// What is left of a path below another one: "lr" of "optimizer.lr" below "optimizer".
std::optional<std::string_view> rest_below(std::string_view path, std::string_view above) {
  if (path == above) return "";
  if (!path.starts_with(above) || path[above.size()] != '.') return std::nullopt;
  return path.substr(above.size() + 1);
}

/// Whether an edit chooses the schedule of a number, or the kind of a table above it.
bool chooses_kind(const Edits::Edit& edit, std::string_view path) {
  const auto dot = edit.path.rfind('.');
  if (dot == std::string::npos) return false;
  const std::string_view whole = edit.path;
  return names_kind(whole.substr(dot + 1)) && rest_below(path, whole.substr(0, dot));
}

/// The element of a list or table; null: there is none.
const Node* element(const Node& node, std::string_view key) {
  if (const auto* table = std::get_if<Node::Table>(&node.value)) {
    const auto member = std::ranges::find(*table, key, &recipe::Member::key);
    return member == table->end() ? nullptr : &member->node;
  }
  const auto* list = std::get_if<Node::List>(&node.value);
  const auto index = parse_number<std::size_t>(key);
  return list != nullptr && index && *index < list->size() ? &(*list)[*index] : nullptr;
}

bool has_kind(const Node& node) {
  const auto* table = std::get_if<Node::Table>(&node.value);
  return table != nullptr && std::ranges::any_of(*table, names_kind, &recipe::Member::key);
}

/// Whether a value fixes the number at the rest of its path.
bool is_fixed(const Node& node, std::string_view rest) {
  const bool holds_others = std::holds_alternative<Node::Table>(node.value) ||
                            std::holds_alternative<Node::List>(node.value);
  // A number in place of a schedule, whose height is tuned.
  if (!holds_others) return rest.empty() || rest == "peak" || rest == "value";
  if (rest.empty() || has_kind(node)) return false;
  const auto dot = rest.find('.');
  const auto* inner = element(node, rest.substr(0, dot));
  return inner != nullptr &&
         is_fixed(*inner, dot == std::string_view::npos ? "" : rest.substr(dot + 1));
}

}  // namespace

const Edits::Edit* fixing(const Edits& edits, const std::string& path) {
  if (std::ranges::any_of(edits.all, [&](const auto& edit) { return chooses_kind(edit, path); }))
    return nullptr;
  const auto fixes = [&](const Edits::Edit& edit) {
    if (edit.path == path + ".peak" || edit.path == path + ".value") return true;
    const auto rest = rest_below(path, edit.path);
    return rest && is_fixed(edit.value(), *rest);
  };
  const auto edit = std::ranges::find_if(edits.all, fixes);
  return edit == edits.all.end() ? nullptr : &*edit;
}

}  // namespace temper::study
