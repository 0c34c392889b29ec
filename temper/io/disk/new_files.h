#pragma once
#include <filesystem>
#include <utility>
#include <vector>

namespace temper::io {

/// Files that did not exist and belong together: at the end of the scope those that have been
/// written are removed again, unless all of them have been.
class NewFiles {
 public:
  explicit NewFiles(std::vector<std::filesystem::path> files) : files_(std::move(files)) {}
  ~NewFiles();
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  NewFiles(NewFiles&&) = delete;
  NewFiles& operator=(NewFiles&&) = delete;

  /// All of them have been written.
  void keep() { files_.clear(); }

 private:
  std::vector<std::filesystem::path> files_;
};

}  // namespace temper::io
