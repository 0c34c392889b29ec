#include "temper/augment/resize.h"

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
  if (options.sides == ResizedSides::both) {
    frame.resize(
        {options.size.value.value_or(input.height), options.size.value.value_or(input.width)},
        Filter{options.interpolation, options.antialias});
    return;
  }
  frame.resize(resized(frame.size(), options.size.value.value_or(automatic_side(input))),
               Filter{options.interpolation, options.antialias});
}

}  // namespace temper::augment
