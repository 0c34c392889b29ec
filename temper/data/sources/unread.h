#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "temper/data/sources/source.h"

/// The account of a data set's path: every picture, table and shard under it is read, or listed in
/// Dataset::unread with the reason.
namespace temper::data {

/// The files that a data set reads, by their folders.
class FilesRead {
 public:
  using Names = std::vector<std::string>;

  void add(const std::filesystem::path& file);

  /// The names of the files that are read in a folder, in the order in which they were added; null:
  /// neither it nor a folder in it holds any.
  /// @param folder  an absolute path without links
  [[nodiscard]] Names* in(const std::filesystem::path& folder);

 private:
  Names& names_of(const std::string& folder);

  std::unordered_map<std::string, Names> folders_;  ///< by their paths without links
  std::unordered_map<std::string, Names*> known_;   ///< by their paths as in add()
  std::string last_;                                ///< folder of the last file
  Names* last_names_ = nullptr;
};

/// Why files are not read that are neither hidden nor of a format that is not read.
struct UnreadReasons {
  std::string picture;
  std::string other;   ///< a table or a shard
  std::string folder;  ///< a folder without any file that is read
};

/// Searches a folder for pictures, tables and shards, recognized by their names, that are not read.
/// Folders are listed, and no file is accessed. Links to folders are followed only to folders with
/// files that are read. A folder without any such file is one item. The search ends with an item
/// that says so after 200,000 files that are not read.
/// @param read  its names are sorted
std::vector<Unread> unread_in(const std::filesystem::path& folder, FilesRead& read,
                              const UnreadReasons& reasons);

/// The items as one sentence, largest groups first; empty if there are none.
std::string note_of(const std::vector<Unread>& unread);

}  // namespace temper::data
