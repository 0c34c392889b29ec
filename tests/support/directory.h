#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace temper::testing {

/// A new directory that is removed in the end.
struct Directory {
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "temper-test-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  Directory(Directory&&) = delete;
  Directory& operator=(Directory&&) = delete;

  /// Writes a file, in new folders where its name has some.
  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((path / file).parent_path());
    std::ofstream(path / file, std::ios::binary) << text;
  }

  std::filesystem::path path;
};

}  // namespace temper::testing
