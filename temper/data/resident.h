#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "temper/augment/box.h"
#include "temper/core/error.h"
#include "temper/data/file_options.h"
#include "temper/io/picture.h"

namespace temper::data {

/// A small set of pictures, kept decoded.
class Resident {
 public:
  /// Reads picture i, undecoded; called from several threads at once.
  using Load = std::function<void(std::int64_t i, io::Picture& into)>;

  Resident() = default;
  /// Decodes all pictures, in several threads, where their pixels fit into options.memory (judged
  /// by some of the headers); else keeps none. With Decode::fast, JPEG files are decoded when they
  /// are used all the same, so that the pixels don't depend on how much memory there is.
  /// @throws Error naming the first picture that can't be read, unless options.keep_bad
  Resident(std::int64_t size, const Load& load, const FileOptions& options);

  /// Shows picture i; throws what decoding it threw.
  /// @return false: it is not in memory
  bool read(std::int64_t i, io::Picture& into) const;

  /// Of pixels.
  [[nodiscard]] std::int64_t bytes() const;
  /// Of all pictures, where the set was decoded and they have one size.
  [[nodiscard]] std::optional<augment::Size> common_size() const;

 private:
  std::vector<io::Image> images_;  ///< all of them, or none; without pixels: read when used
  std::map<std::size_t, Error> bad_;
};

}  // namespace temper::data
