#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a recipe's text says, before anything is known about options: values, tables and lists with
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

  /// false until it is set; said by no initialiser here, where Member is not complete yet.
  std::variant<bool, std::int64_t, double, std::string, List, Table> value;
  Position position = {};
  bool partial =
      false;  ///< a table on the way to what an edit changes: the rest of the options stays
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

  /// "recipe.toml:12:3", or the source alone for an edit.
  [[nodiscard]] std::string where(Position position) const;
};

/// Throws Error{Code::usage} with file, line and column when the text is not TOML, holds dates, is
/// larger than 1 MiB or nested beyond any recipe.
Tree parse_toml(std::string_view text, const std::string& name);

/// `optimizer.lr=0.1`, `data.augment.0.padding=2`, `averaging=false`: the value is TOML; what is
/// not TOML and does not begin with a quote or bracket is text.
Tree parse_edit(std::string_view edit);

}  // namespace temper::recipe
