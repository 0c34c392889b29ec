#include "temper/augment/operations/posterize.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void Posterize::check() const {
  check_range(kind, "bits", bits_low, bits_high);
}

void apply(const Posterize& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const auto bits = static_cast<int>(draw_whole(options.bits_low, options.bits_high, random));
  frame.edit([&](io::Image& image) { posterize(image, bits); });
  frame.note(Posterize::kind, bits, "bits");
}

}  // namespace temper::augment
