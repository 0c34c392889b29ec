#pragma once
#include <cstdint>

namespace temper::augment {

/// Height and width in pixels.
struct Size {
  std::int64_t height = 0;
  std::int64_t width = 0;
  bool operator==(const Size&) const = default;
};

/// A rectangle of pixels; top and left may be negative where it reaches beyond an image.
struct Box {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;

  [[nodiscard]] Size size() const { return {height, width}; }
  [[nodiscard]] bool inside(Size image) const {
    return top >= 0 && left >= 0 && top + height <= image.height && left + width <= image.width;
  }
  bool operator==(const Box&) const = default;
};

/// The whole image.
constexpr Box whole(Size image) {
  return {0, 0, image.height, image.width};
}

}  // namespace temper::augment
