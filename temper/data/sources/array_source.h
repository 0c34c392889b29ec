#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"

namespace temper::data {

/// Images of one size in a contiguous array in memory.
class ArraySource : public Source {
 public:
  struct Contents {
    std::string name;  ///< for messages: "fashion-mnist train"
    std::vector<std::string> classes;
    int height = 0;
    int width = 0;
    int channels = 0;                  ///< 1 or 3
    std::vector<std::uint8_t> pixels;  ///< images * height * width * channels
    std::vector<std::int64_t> labels;  ///< one per image, in [-1, classes)
  };

  /// Throws Error{Code::data} if the sizes are inconsistent or a label is out of range.
  explicit ArraySource(Contents contents);

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] const std::vector<std::string>& classes() const override;
  [[nodiscard]] std::int64_t label(std::int64_t i) const override;
  [[nodiscard]] int channels() const override;
  void read(std::int64_t i, io::Picture& into) const override;
  [[nodiscard]] std::string where(std::int64_t i) const override;
  [[nodiscard]] std::string name(std::int64_t i) const override;
  [[nodiscard]] std::string digest() const override;
  [[nodiscard]] std::optional<io::HashValue> content(std::int64_t i) const override;

 private:
  Contents contents_;
};

}  // namespace temper::data
