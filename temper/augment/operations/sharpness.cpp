#include "temper/augment/operations/sharpness.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void Sharpness::check() const {
  check_range(kind, "factor", factor_low, factor_high);
}

void apply(const Sharpness& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double factor = random.uniform(options.factor_low, options.factor_high);
  frame.rewrite([&](const io::Image& from, io::Image& to) { sharpness(from, to, factor); });
  frame.note(Sharpness::kind, factor, "factor");
}

}  // namespace temper::augment
