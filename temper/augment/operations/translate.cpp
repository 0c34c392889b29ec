#include "temper/augment/operations/translate.h"

#include <cmath>

#include "temper/augment/pixels/warp.h"

namespace temper::augment {

double random_shift(double share, std::int64_t length, Random& random) {
  const double most = share * static_cast<double>(length);
  return std::nearbyint(random.uniform(-most, most));
}

void apply(const Translate& options, Frame& frame, Random& random) {
  if (!random.chance(options.p)) return;
  const double right = random_shift(options.x, frame.size().width, random);
  const double down = random_shift(options.y, frame.size().height, random);
  frame.warp(translation(right, down), Interpolation::nearest, Fill::all(options.fill));
  frame.note("translate_x", right, "pixels");
  frame.note("translate_y", down, "pixels");
}

}  // namespace temper::augment
