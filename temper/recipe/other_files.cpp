#include "temper/recipe/other_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/image/picture_name.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/tree.h"

namespace temper::recipe {
namespace {

namespace fs = std::filesystem;

std::optional<Tree> tree_of(const fs::path& path) {
  try {
    return parse_toml(io::read_text(path, kMaxTextBytes), path.string());
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool is_option(std::string_view key) {
  Recipe recipe;
  return std::ranges::any_of(group(recipe).items, [&](const Item& item) {
    return item.meta.name == key || (!item.meta.alias.empty() && item.meta.alias == key);
  });
}

/// Whether all keys are those of recipes, and not all of them also those of other files.
bool is_recipe(const Node::Table& table) {
  constexpr std::array<std::string_view, 2> of_others{"name", "seed"};
  const bool options =
      std::ranges::all_of(table, [](const Member& member) { return is_option(member.key); });
  return options && std::ranges::any_of(table, [&](const Member& member) {
           return std::ranges::find(of_others, member.key) == of_others.end();
         });
}

}  // namespace

void refuse_picture(const fs::path& path) {
  std::error_code none;
  if (!io::is_picture_name(path) || !fs::is_regular_file(path, none)) return;
  throw Error(Code::usage, {.file = path.string()},
              fmt::format("this is a picture; expected a recipe (.toml). `temper train FOLDER` "
                          "trains on a folder with one folder of pictures per class, `temper "
                          "predict RUN {}` classifies a picture",
                          path.string()));
}

void refuse_recipe(const fs::path& path, const std::string& expected) {
  refuse_picture(path);
  const auto tree = tree_of(path);
  if (tree && is_recipe(tree->table()))
    throw Error(Code::usage, {.file = path.string()},
                fmt::format("this is a recipe; expected {}", expected));
}

bool has_tables(const fs::path& path, std::string_view name) {
  const auto tree = tree_of(path);
  if (!tree) return false;
  const auto& table = tree->table();
  const auto found = std::ranges::find(table, name, &Member::key);
  return found != table.end() && std::holds_alternative<Node::List>(found->node.value);
}

}  // namespace temper::recipe
