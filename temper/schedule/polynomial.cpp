#include "temper/schedule/polynomial.h"

#include <cmath>

namespace temper::schedule {

double at(const Polynomial& curve, const Clock& clock) {
  return curve.final_value +
         (curve.peak - curve.final_value) * std::pow(1 - clock.t / clock.length, curve.power);
}

double at(const Linear& curve, const Clock& clock) {
  return curve.final_value + (curve.peak - curve.final_value) * (1 - clock.t / clock.length);
}

}  // namespace temper::schedule
