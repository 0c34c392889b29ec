#include "temper/schedule/toy_triangle.h"

#include <cmath>

namespace temper::schedule {

double at(const ToyTriangle& curve, const Clock& clock) {
  return curve.peak * (1 - std::abs(2 * clock.t / clock.length - 1));
}

}  // namespace temper::schedule
