#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "temper/data/sources/cached_source.h"
#include "temper/data/sources/file_options.h"
#include "temper/io/disk/read_file.h"

namespace temper::data {

/// Images in files (PNG, JPEG, WebP, recognized by content). A set that fits into `memory` is
/// decoded when it is opened, so that a damaged image is found before training. The files of a
/// larger set are read when they are needed, and must not have changed since the source was
/// created.
class FileSource final : public CachedSource {
 public:
  struct File {
    std::filesystem::path path;
    std::string name;         ///< name of the file within its set, for the digest
    std::int64_t label = -1;  ///< in [-1, classes)
  };

  /// Throws Error for a file that can't be read (Code::io) or decoded (Code::data), which it names.
  FileSource(std::vector<File> files, std::vector<std::string> classes,
             const FileOptions& options = {});

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] std::int64_t label(std::int64_t i) const override;
  [[nodiscard]] std::string where(std::int64_t i) const override;
  [[nodiscard]] std::string name(std::int64_t i) const override;
  /// Hash of names, labels and file sizes in bytes.
  [[nodiscard]] std::string digest() const override;

 private:
  void load(std::int64_t i, io::Picture& into) const override;

  std::vector<File> files_;
  std::vector<io::FileStamp> stamps_;  ///< one per file
};

}  // namespace temper::data
