#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/data/sources/decoded_cache.h"
#include "temper/data/sources/file_options.h"
#include "temper/data/sources/source.h"

namespace temper::data {

/// Encoded images on disk, decoded when the source is opened if they fit into `memory`, otherwise
/// read when they are needed; see DecodedCache. A class that derives from it reads an image by
/// load(), and calls open() at the end of its constructor.
class CachedSource : public Source {
 public:
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] int channels() const override { return options_.channels; }
  void read(std::int64_t i, io::Picture& into) const override;
  [[nodiscard]] std::optional<io::HashValue> content(std::int64_t i) const override {
    return cache_.content(i);
  }

  [[nodiscard]] std::int64_t bytes_in_memory() const { return cache_.bytes(); }
  [[nodiscard]] std::int64_t decoded_bytes() const { return cache_.decoded_bytes(); }
  /// The size of all images, if they have one size and are not too many; see FileOptions.
  [[nodiscard]] std::optional<augment::Size> common_size() const { return cache_.common_size(); }

 protected:
  /// Throws Error{Code::usage} for other channels than 1 and 3.
  CachedSource(std::vector<std::string> classes, const FileOptions& options);

  /// Throws Error for an image that can't be read (Code::io) or decoded (Code::data), which it
  /// names.
  void open();
  [[nodiscard]] const FileOptions& options() const { return options_; }

 private:
  /// Reads image i without decoding it. Called from several threads at once.
  virtual void load(std::int64_t i, io::Picture& into) const = 0;

  std::vector<std::string> classes_;
  FileOptions options_;
  DecodedCache cache_;
};

}  // namespace temper::data
