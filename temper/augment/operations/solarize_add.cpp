#include "temper/augment/operations/solarize_add.h"

#include <cmath>

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void SolarizeAdd::check() const {
  check_range(kind, "addend", addend_low, addend_high);
}

void apply(const SolarizeAdd& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const auto addend = static_cast<int>(draw_whole(options.addend_low, options.addend_high, random));
  const auto threshold = static_cast<int>(std::ceil(options.threshold));
  frame.edit([&](io::Image& image) { solarize_add(image, addend, threshold); });
  frame.note(SolarizeAdd::kind, addend, "added");
}

}  // namespace temper::augment
