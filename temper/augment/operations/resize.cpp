#include "temper/augment/operations/resize.h"

#include <algorithm>

namespace temper::augment {

std::int64_t automatic_side(Size input) {
  return std::max(input.height, input.width) * 8 / 7;
}

Size resized(Size image, std::int64_t side) {
  if (image.height < image.width) return {side, side * image.width / image.height};
  return {side * image.height / image.width, side};
}

void apply(const Resize& options, Frame& frame, Random& /*random*/) {
  const Size input = frame.input();
  const auto& side = options.size.value;
  const Size size = options.sides == ResizedSides::both
                        ? Size{side.value_or(input.height), side.value_or(input.width)}
                        : resized(frame.size(), side.value_or(automatic_side(input)));
  frame.resize(size, Filter{options.interpolation, options.antialias});
  frame.note("height", static_cast<double>(size.height), "pixels");
  frame.note("width", static_cast<double>(size.width), "pixels");
}

}  // namespace temper::augment
