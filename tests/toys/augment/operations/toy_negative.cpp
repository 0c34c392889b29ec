#include "temper/augment/operations/toy_negative.h"

namespace temper::augment {

void apply(const ToyNegative& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  frame.edit([](io::Image& image) {
    for (auto& sample : image.pixels) sample = static_cast<std::uint8_t>(255 - sample);
  });
}

}  // namespace temper::augment
