#include "temper/augment/operations/solarize.h"

#include <cmath>

#include "temper/augment/operations/checks.h"
#include "temper/augment/pixels/color.h"

namespace temper::augment {

void Solarize::check() const {
  check_range(kind, "threshold", threshold_low, threshold_high);
}

void apply(const Solarize& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double threshold = std::ceil(random.uniform(options.threshold_low, options.threshold_high));
  frame.edit([&](io::Image& image) { solarize(image, static_cast<int>(threshold)); });
  frame.note(Solarize::kind, threshold, "threshold");
}

}  // namespace temper::augment
