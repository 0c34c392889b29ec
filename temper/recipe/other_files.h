#pragma once
#include <filesystem>
#include <string>
#include <string_view>

/// Files that are named in place of those that a command expects.
namespace temper::recipe {

/// Throws Error{Code::usage} for a file with the name of a picture, where a recipe is expected, and
/// says which commands take pictures.
void refuse_picture(const std::filesystem::path& path);

/// Throws Error{Code::usage} for a recipe, or a picture, where another file is expected, which has
/// a recipe as its base. Does nothing for a file that can't be read.
/// @param expected  what it is, and what to do: "a study file, ..."
void refuse_recipe(const std::filesystem::path& path, const std::string& expected);

/// Whether a file is TOML with a list of tables of that name, as [[row]] begins a study's row and
/// [[search]] an option that a search draws.
bool has_tables(const std::filesystem::path& path, std::string_view name);

}  // namespace temper::recipe
