#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace temper::mix {

/// A rectangle of an image's pixels: rows [top, bottom), columns [left, right).
struct Box {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t bottom = 0;
  std::int64_t right = 0;

  [[nodiscard]] std::int64_t height() const { return bottom - top; }
  [[nodiscard]] std::int64_t width() const { return right - left; }
  [[nodiscard]] std::int64_t area() const { return height() * width(); }
  bool operator==(const Box&) const = default;
};

/// The height and width of images, in pixels.
struct ImageSize {
  std::int64_t height = 1;
  std::int64_t width = 1;

  [[nodiscard]] std::int64_t area() const { return height * width; }
};

/// How an image and its target are mixed with those of its partners.
struct Blend {
  /// Of the image's own target, then of its partners' targets; they sum to one. Also the weights of
  /// the images, unless there is a box. {1}: the image stays as it is.
  std::vector<double> weights = {1};
  /// The pixels that are replaced by those of the (one) partner.
  std::optional<Box> box = {};
  /// The box shows the whole partner, resized, instead of its pixels at the same place.
  bool resized = false;
  /// What is mixed: 0: images; 1, 2, ...: what that stage of a network's blocks gives for them.
  std::int64_t stage = 0;
};

/// The blend that replaces a box by a partner's pixels: the weight of the image's own target is the
/// share of its pixels that is kept. A box without pixels changes nothing.
Blend replaced(const Box& box, const ImageSize& size, bool resized);

}  // namespace temper::mix
