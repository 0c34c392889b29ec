#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/data/sources/decoded_cache.h"
#include "temper/data/sources/file_options.h"
#include "temper/data/sources/source.h"
#include "temper/io/disk/read_file.h"

namespace temper::data {

/// Images in files (PNG, JPEG, WebP, recognized by content). A set that fits into `memory` is
/// decoded when it is opened, so that a damaged image is found before training. The files of a
/// larger set are read when they are needed, and must not have changed since the source was
/// created.
class FileSource : public Source {
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
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override;
  [[nodiscard]] int channels() const override { return options_.channels; }
  void read(std::int64_t i, io::Picture& into) const override;
  [[nodiscard]] std::string where(std::int64_t i) const override;
  [[nodiscard]] std::string name(std::int64_t i) const override;
  /// Hash of names, labels and file sizes in bytes.
  [[nodiscard]] std::string digest() const override;
  [[nodiscard]] std::optional<io::HashValue> content(std::int64_t i) const override {
    return cache_.content(i);
  }

  [[nodiscard]] std::int64_t bytes_in_memory() const { return cache_.bytes(); }
  [[nodiscard]] std::int64_t decoded_bytes() const { return cache_.decoded_bytes(); }
  /// The size of all images, if they have one size and are not too many; see FileOptions.
  [[nodiscard]] std::optional<augment::Size> common_size() const { return cache_.common_size(); }

 private:
  void load(std::int64_t i, io::Picture& into) const;

  std::vector<File> files_;
  std::vector<std::string> classes_;
  FileOptions options_;
  std::vector<io::FileStamp> stamps_;  ///< one per file
  DecodedCache cache_;
};

}  // namespace temper::data
