#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace temper::testing {

/// Where tests of hundreds of runs write: memory unless TMPDIR is set, as syncing their files to a
/// disk takes longer than the runs.
inline std::filesystem::path place_of_many_runs() {
  const bool in_memory =
      std::getenv("TMPDIR") == nullptr && std::filesystem::is_directory("/dev/shm");  // NOLINT
  return in_memory ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
}

/// A new directory that is removed in the end.
struct Directory {
  explicit Directory(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / "temper-test-XXXXXX").string();
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
