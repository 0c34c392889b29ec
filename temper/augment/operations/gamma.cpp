#include "temper/augment/operations/gamma.h"

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void Gamma::check() const {
  check_range(kind, "gamma", gamma_low, gamma_high);
}

void apply(const Gamma& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double power = random.uniform(options.gamma_low, options.gamma_high);
  frame.edit([&](io::Image& image) { gamma(image, power, options.gain); });
  frame.note(Gamma::kind, power, "power");
}

}  // namespace temper::augment
