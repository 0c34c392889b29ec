#include "temper/recipe/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "temper/core/error.h"
#include "temper/recipe/text.h"

// Header only, here alone: no shared library to ship, and a nesting limit that keeps recursion
// shallow.
#define TOML_HEADER_ONLY 1
#define TOML_SHARED_LIB 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 32
#include <toml++/toml.h>

namespace temper::recipe {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxDots = 64;

[[noreturn]] void fail(std::string_view where, std::string_view message) {
  throw Error(Code::usage, fmt::format("{}: {}", where, message));
}

// toml++ recurses once for every dot of a key, without a limit of its own. The first line that
// would take it too far; 0: none.
std::uint32_t line_too_deep(std::string_view text) {
  std::uint32_t line = 1;
  std::size_t dots = 0;
  for (const char c : text) {
    if (c == '\n') ++line;
    if (c == '.')
      ++dots;
    else if (std::string_view("=,[]{}\n#").find(c) != std::string_view::npos)
      dots = 0;
    if (dots > kMaxDots) return line;
  }
  return 0;
}

[[noreturn]] void refuse_depth(std::string_view where) {
  fail(where, fmt::format("more than {} dots in a row: no key is that deep", kMaxDots));
}

Position position_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

class Reader {
 public:
  explicit Reader(const Tree& tree) : tree_(tree) {}

  Node node(const toml::node& from) const {
    const auto position = position_of(from.source());
    if (const auto* table = from.as_table()) return {members(*table), position};
    if (const auto* list = from.as_array()) return {elements(*list), position};
    if (const auto* text = from.as_string()) return {text->get(), position};
    if (const auto* whole = from.as_integer()) return {whole->get(), position};
    if (const auto* number = from.as_floating_point()) return {number->get(), position};
    if (const auto* truth = from.as_boolean()) return {truth->get(), position};
    fail(tree_.where(position), "a date or time, which no option takes; quote it if it is text");
  }

 private:
  Node::Table members(const toml::table& from) const {
    Node::Table table;
    for (const auto& [key, value] : from)
      table.push_back({std::string(key.str()), position_of(key.source()), node(value)});
    std::ranges::stable_sort(table, {}, [](const Member& member) {
      return std::pair(member.position.line, member.position.column);
    });
    return table;
  }
  Node::List elements(const toml::array& from) const {
    Node::List list;
    for (const auto& element : from) list.push_back(node(element));
    return list;
  }

  const Tree& tree_;
};

toml::table parsed(std::string_view text) {
  return toml::parse(text);
}

std::vector<std::string> segments(std::string_view path) {
  std::vector<std::string> parts(1);
  for (const char c : path) {
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

// The value alone, or nothing when it is not one TOML value.
std::optional<toml::table> as_toml(std::string_view value) {
  if (value.find('\n') != std::string_view::npos) return std::nullopt;
  try {
    return parsed(fmt::format("value = {}", value));
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

Node edit_value(const Tree& tree, std::string_view text) {
  if (const auto table = as_toml(text)) return Reader(tree).node(*table->get("value"));
  const bool bracketed =
      !text.empty() && std::string_view("\"'[{").find(text.front()) != std::string_view::npos;
  if (bracketed || text.empty())
    fail(tree.source,
         text.empty() ? "no value after '='; for empty text write '\"\"'"
                      : "the value is not TOML: a quote or bracket is not closed or stands alone");
  const auto table = as_toml(quote(text));
  if (!table) fail(tree.source, "the value is not UTF-8 text");
  return Reader(tree).node(*table->get("value"));
}

}  // namespace

std::string Tree::where(Position position) const {
  return edit ? source : fmt::format("{}:{}:{}", source, position.line, position.column);
}

Tree parse_toml(std::string_view text, const std::string& name) {
  if (text.size() > kMaxBytes)
    fail(name,
         fmt::format("{} bytes, more than the {} that a recipe may have", text.size(), kMaxBytes));
  if (const auto line = line_too_deep(text); line > 0)
    refuse_depth(fmt::format("{}:{}", name, line));
  Tree tree{.source = name};
  try {
    tree.root = Reader(tree).node(parsed(text));
  } catch (const toml::parse_error& error) {
    fail(tree.where(position_of(error.source())),
         fmt::format("not valid TOML: {}", error.description()));
  }
  return tree;
}

Tree parse_edit(std::string_view edit) {
  Tree tree{.source = fmt::format("--set {}", edit), .edit = true};
  if (line_too_deep(edit) > 0) refuse_depth(tree.source);
  const auto equals = edit.find('=');
  if (equals == std::string_view::npos)
    fail(tree.source, "expected key=value, as in optimizer.lr=0.1");
  const auto trimmed = [](std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(" \t") - first + 1);
  };
  const auto keys = segments(trimmed(edit.substr(0, equals)));
  if (std::ranges::any_of(keys, &std::string::empty))
    fail(tree.source, "the key must be names joined by dots, as in data.augment.0.padding");
  Node node = edit_value(tree, trimmed(edit.substr(equals + 1)));
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    Node::Table table;
    table.push_back({*key, {}, std::move(node)});
    node = Node{std::move(table), {}, true};
  }
  tree.root = std::move(node);
  return tree;
}

}  // namespace temper::recipe
