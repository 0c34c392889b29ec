#pragma once
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/recipe/tree.h"

namespace temper::study {

/// A table of edits of the recipe: paths of options with their values, as `--set` takes them.
/// TOML's dotted keys and headers are paths (`set.optimizer.lr = 0.1`, `[row.set.optimizer]`), and
/// so are quoted keys with dots (`set."optimizer.lr" = 0.1`). Everything else is a value, also a
/// table in braces (`set.optimizer = { kind = "adamw" }`).
struct Edits {
  struct Edit {
    std::string path;   ///< "optimizer.lr"
    recipe::Tree tree;  ///< for recipe::bound(), with its place in the study file

    [[nodiscard]] const recipe::Node& value() const;
    [[nodiscard]] Where where() const;
  };
  std::vector<Edit> all;  ///< in the order of the text

  /// Their trees, those of a `kind` or `schedule` first.
  [[nodiscard]] std::vector<recipe::Tree> trees() const;

  // None: the paths are those of the recipe. take_edits() reads the table before options are bound.
  static constexpr auto fields() { return std::tuple{}; }
};

/// An edit that sets a path to a value.
/// @param position  of the path
/// @param origin    of the text
Edits::Edit edit_of(const std::string& path, recipe::Position position, recipe::Node value,
                    const recipe::Tree& origin);

/// Removes the key from the table and returns what it holds; nothing where there is no such key.
/// Throws Error{Code::usage} where it is not a table of edits.
Edits take_edits(recipe::Node::Table& table, std::string_view key, const recipe::Tree& origin);

}  // namespace temper::study
