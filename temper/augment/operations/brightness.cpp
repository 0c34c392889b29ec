#include "temper/augment/operations/brightness.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void Brightness::check() const {
  check_range(kind, "factor", factor_low, factor_high);
}

void apply(const Brightness& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double factor = random.uniform(options.factor_low, options.factor_high);
  frame.edit([&](io::Image& image) { brightness(image, factor); });
  frame.note(Brightness::kind, factor, "factor");
}

}  // namespace temper::augment
