#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "temper/core/error.h"

/// The syntax tree of a recipe's text, independent of the options: values, tables and lists with
/// their positions.
namespace temper::recipe {

struct Position {
  std::uint32_t line = 0;    ///< from 1
  std::uint32_t column = 0;  ///< from 1
};

struct Member;
struct Node {
  using List = std::vector<Node>;
  using Table = std::vector<Member>;  ///< in the order of the text

  /// false until it is set. Without an initializer, because Member is not a complete type here.
  std::variant<bool, std::int64_t, double, std::string, List, Table> value;
  Position position = {};
  bool partial = false;    ///< a table on the path of an edit: its other options are unchanged
  bool in_braces = false;  ///< a table { ... }, not one of a header or of a key with dots
};
struct Member {
  std::string key;
  Position position;
  Node node;
};

struct Tree {
  Node root;           ///< a table
  std::string source;  ///< "recipe.toml", or "--set optimizer.lr=0.1"
  bool edit = false;

  [[nodiscard]] Node::Table& table() { return std::get<Node::Table>(root.value); }
  [[nodiscard]] const Node::Table& table() const { return std::get<Node::Table>(root.value); }

  /// The source and the position, which an edit does not have.
  [[nodiscard]] Where where(Position position) const;
};

/// Removes a member from a table and returns its node.
std::optional<Node> take(Node::Table& table, std::string_view key);

/// The largest size of a recipe's text, in bytes.
inline constexpr std::size_t kMaxTextBytes = std::size_t{1} << 20;

/// Throws Error{Code::usage} with file, line and column when the text is not TOML, contains dates,
/// is larger than kMaxTextBytes or nested too deeply.
Tree parse_toml(std::string_view text, const std::string& name);

/// Parses an edit such as `optimizer.lr=0.1`, `data.augment.0.padding=2` or `averaging=false`. The
/// value is TOML; a value that is not TOML and does not begin with a quote or bracket is text.
Tree parse_edit(std::string_view edit);

/// Puts edits of a `kind` or `schedule` first, because they drop the options of the old one.
void put_kinds_first(std::vector<Tree>& edits);

}  // namespace temper::recipe
