#include "temper/schedule/warmup.h"

#include <cmath>

namespace temper::schedule {

double value(const Warmup& warmup, double s, double length, double target) {
  switch (warmup.form) {
    case WarmupForm::linear:
      break;
    case WarmupForm::exponential:
      return warmup.start * std::pow(target / warmup.start, s / length);
    case WarmupForm::constant:
      return warmup.start;
    case WarmupForm::sigmoid: {
      const double left = 1 - s / length;
      return warmup.start + (target - warmup.start) * std::exp(-5 * left * left);
    }
  }
  return warmup.start + (target - warmup.start) * s / length;
}

}  // namespace temper::schedule
