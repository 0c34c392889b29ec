#include "temper/augment/operations/contrast.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void Contrast::check() const {
  check_range(kind, "factor", factor_low, factor_high);
}

void apply(const Contrast& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double factor = random.uniform(options.factor_low, options.factor_high);
  frame.edit([&](io::Image& image) { contrast(image, factor); });
  frame.note(Contrast::kind, factor, "factor");
}

}  // namespace temper::augment
