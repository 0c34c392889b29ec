#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/box.h"
#include "temper/data/source.h"

namespace temper::data {

struct FileOptions {
  int channels = 3;                             ///< 1: pictures become grey, 3: RGB
  std::int64_t memory = std::int64_t{2} << 30;  ///< bytes of pixels kept decoded at most
};

/// Pictures in files (PNG, JPEG, WebP, recognised by content). A set that fits into `memory` is
/// decoded at once, so that a damaged picture is found before training; a larger one is read when
/// needed.
class FileSource : public Source {
 public:
  struct File {
    std::filesystem::path path;
    std::string name;         ///< of the file within its set, for the digest
    std::int64_t label = -1;  ///< in [-1, classes)
  };

  /// Throws Error naming the file that can't be read (Code::io) or decoded (Code::data).
  FileSource(std::vector<File> files, std::vector<std::string> classes,
             const FileOptions& options = {});

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override;
  [[nodiscard]] int channels() const override { return channels_; }
  void read(std::int64_t i, io::Image& into) const override;
  [[nodiscard]] std::string where(std::int64_t i) const override;
  /// Of names, labels and the files' sizes in bytes.
  [[nodiscard]] std::string digest() const override;

  [[nodiscard]] std::int64_t bytes_in_memory() const;
  /// Of all images, where they are in memory and have one size.
  [[nodiscard]] std::optional<augment::Size> common_size() const;

 private:
  [[nodiscard]] io::Image decode(std::size_t i) const;
  [[nodiscard]] bool fits(std::int64_t memory) const;

  std::vector<File> files_;
  std::vector<std::string> classes_;
  int channels_;
  std::vector<io::Image> images_;  ///< all of them, or none
};

}  // namespace temper::data
