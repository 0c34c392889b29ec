#include "temper/augment/pad_crop.h"

namespace temper::augment {

void apply(const PadCrop& options, Frame& frame, Random& random) {
  const Size size = frame.size();
  const auto steps = static_cast<std::uint64_t>(2 * options.padding + 1);
  const auto top = static_cast<std::int64_t>(random.below(steps)) - options.padding;
  const auto left = static_cast<std::int64_t>(random.below(steps)) - options.padding;
  frame.crop({top, left, size.height, size.width}, static_cast<std::uint8_t>(options.fill));
}

}  // namespace temper::augment
