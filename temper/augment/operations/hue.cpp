#include "temper/augment/operations/hue.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void Hue::check() const {
  check_range(kind, "shift", shift_low, shift_high);
}

void apply(const Hue& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double shift = random.uniform(options.shift_low, options.shift_high);
  frame.edit([&](io::Image& image) { hue(image, shift); });
  frame.note(Hue::kind, shift, "color circle");
}

}  // namespace temper::augment
