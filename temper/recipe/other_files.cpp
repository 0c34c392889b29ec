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

void refuse_others(const fs::path& path, const BasedFile& wanted, const std::string& advice) {
  refuse_picture(path);
  const auto tree = tree_of(path);
  if (!tree) return;
  const auto& table = tree->table();
  if (is_recipe(table))
    throw Error(Code::usage, {.file = path.string()},
                fmt::format("this is a recipe; expected {} file, {}", wanted.name, advice));
  for (const auto& other : {kStudyFile, kSearchFile}) {
    const auto tables = std::ranges::find(table, other.tables, &Member::key);
    if (other.name == wanted.name || tables == table.end() ||
        !std::holds_alternative<Node::List>(tables->node.value))
      continue;
    throw Error(Code::usage, {.file = path.string()},
                fmt::format("this is {}; expected {} file. `{} {}` runs it", other.name,
                            wanted.name, other.runs, path.string()));
  }
}

}  // namespace temper::recipe
