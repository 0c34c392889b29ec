#include "temper/optim/rectification.h"

#include <cmath>

namespace temper::optim {

Rectification rectification(double beta2, double t) {
  const double longest = 2 / (1 - beta2) - 1;
  const double power = std::pow(beta2, t);
  const double length = longest - 2 * t * power / (1 - power);
  const double factor =
      (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length);
  return {length, length > 4 ? std::sqrt(factor) : 0};
}

}  // namespace temper::optim
