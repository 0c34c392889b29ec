#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/core/error.h"
#include "temper/data/sources/file_options.h"
#include "temper/io/disk/hash.h"
#include "temper/io/image/picture.h"

namespace temper::data {

/// The decoded images of a small set, cached in memory, the size that they have in common, and the
/// hashes of its files.
class DecodedCache {
 public:
  /// Reads image i without decoding it. Called from several threads at once.
  using Load = std::function<void(std::int64_t i, io::Picture& into)>;

  DecodedCache() = default;
  /// Decodes all images, in several threads, if their pixels fit into options.memory (estimated
  /// from a sample of the headers; where they turn out to be larger, as many are kept as fit);
  /// otherwise caches none, and reads all files only with
  /// options.hash_contents. With Decode::fast, JPEG files are decoded each time they are used in
  /// either case, so that the pixels do not depend on the available memory.
  /// The headers of a set of up to options.sized_bytes that is not cached are all read, as long as
  /// they tell the same size.
  /// @throws Error naming the first image that can't be read, unless options.keep_bad; one of a set
  /// that is not cached may also be found later
  DecodedCache(std::int64_t size, const Load& load, const FileOptions& options);

  /// Makes `into` a view of image i. Throws the error that decoding it gave.
  /// @return false: the image is not cached
  bool read(std::int64_t i, io::Picture& into) const;

  /// As Source::content(), for a file; all zeros for one that is no image, nothing for one that
  /// could not be read.
  [[nodiscard]] std::optional<io::HashValue> content(std::int64_t i) const;

  /// Size of the cached pixels.
  [[nodiscard]] std::int64_t bytes() const;
  /// The size of all images that can be read, if they have one size and come to no more than
  /// options.sized_bytes. It does not depend on options.memory.
  [[nodiscard]] std::optional<augment::Size> common_size() const { return common_size_; }
  /// Size of the pixels that are cached, or would be with more memory; known with common_size().
  [[nodiscard]] std::int64_t decoded_bytes() const { return decoded_bytes_; }

 private:
  void fill(std::int64_t size, const Load& load, const FileOptions& options);
  void look_through(std::int64_t size, const Load& load, std::optional<augment::Size> first,
                    bool keep_bad);

  std::vector<io::Image> images_;  ///< all or none; an image without pixels is read when used
  std::vector<std::optional<io::HashValue>> contents_;  ///< all or none
  std::map<std::size_t, Error> bad_;
  std::optional<augment::Size> common_size_;
  std::int64_t decoded_bytes_ = 0;
};

}  // namespace temper::data
