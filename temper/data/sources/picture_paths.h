#pragma once
#include <cstddef>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace temper::data {

/// The pictures in a folder and its subfolders, in the order of the bytes of their names, folder by
/// folder. Links to files are followed, but not links to folders below it, since they could form a
/// cycle. Errors as in listing.h.
std::vector<std::filesystem::path> pictures_below(const std::filesystem::path& folder);

/// Paths of pictures that arguments name: files; folders, which stand for pictures_below() them;
/// and "-" for paths that are read from a stream while they are needed.
class PicturePaths {
 public:
  /// @param lines      for "-"; must outlive the object
  /// @param separator  ends a path in it: '\n', or '\0' as `find -print0` writes
  PicturePaths(std::vector<std::string> arguments, std::istream& lines, char separator = '\n')
      : arguments_(std::move(arguments)), lines_(lines), separator_(separator) {}

  /// The next path; nothing at the end. Throws Error{Code::data} for a folder without pictures, and
  /// Error{Code::io} for one that can't be listed. A file need not exist.
  std::optional<std::string> next();

 private:
  std::optional<std::string> next_named();
  void open(const std::string& folder);

  std::vector<std::string> arguments_;
  std::istream& lines_;
  char separator_;
  std::size_t argument_ = 0;        ///< the first that is not used up
  std::vector<std::string> found_;  ///< in the folder that was named last
  std::size_t given_ = 0;           ///< how many of them were returned
};

}  // namespace temper::data
