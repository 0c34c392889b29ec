#include "temper/augment/operations/pad_crop.h"

namespace temper::augment {

void apply(const PadCrop& options, Frame& frame, Random& random) {
  const Size size = frame.size();
  const auto steps = static_cast<std::uint64_t>(2 * options.padding + 1);
  const auto top = static_cast<std::int64_t>(random.below(steps)) - options.padding;
  const auto left = static_cast<std::int64_t>(random.below(steps)) - options.padding;
  frame.crop({top, left, size.height, size.width}, options.padding_mode,
             Fill::all(static_cast<std::uint8_t>(options.fill)));
  frame.note("translate_y", static_cast<double>(-top), "pixels");
  frame.note("translate_x", static_cast<double>(-left), "pixels");
}

}  // namespace temper::augment
