#pragma once
#include <filesystem>
#include <string>
#include <string_view>

/// Files that are named in place of those that a command expects.
namespace temper::recipe {

/// Throws Error{Code::usage} for a file with the name of a picture, where a recipe is expected, and
/// says which commands take pictures.
void refuse_picture(const std::filesystem::path& path);

/// A kind of file that has a recipe as its base.
struct BasedFile {
  std::string_view name;    ///< with its article: "a study"
  std::string_view tables;  ///< its list of tables: "row", of [[row]]
  std::string_view runs;    ///< the command that runs it: "temper ablate"
};

inline constexpr BasedFile kStudyFile{"a study", "row", "temper ablate"};
inline constexpr BasedFile kSearchFile{"a search", "search", "temper tune"};

/// Throws Error{Code::usage} for a picture, a recipe, or the other kind of file with a base, where
/// a file of that kind is wanted. Does nothing for a file that can't be read.
/// @param advice  for a recipe, the rest of a sentence about the file that is wanted
void refuse_others(const std::filesystem::path& path, const BasedFile& wanted,
                   const std::string& advice);

}  // namespace temper::recipe
