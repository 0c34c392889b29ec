#include "temper/augment/operations/saturation.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void Saturation::check() const {
  check_range(kind, "factor", factor_low, factor_high);
}

void apply(const Saturation& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double factor = random.uniform(options.factor_low, options.factor_high);
  frame.edit([&](io::Image& image) { saturation(image, factor); });
  frame.note(Saturation::kind, factor, "factor");
}

}  // namespace temper::augment
