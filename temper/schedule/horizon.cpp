#include "temper/schedule/horizon.h"

#include <cmath>

namespace temper::schedule {

double spans_passed(double t, double span) {
  return std::floor((t + kStepRounding) / span);
}

}  // namespace temper::schedule
