#pragma once
#include <optional>

namespace temper::optim {

/// The variance of an adaptive rate in its first steps, as RAdam estimates it (Liu et al. 2020,
/// arXiv:1908.03265).
struct Rectification {
  double length;  ///< of the moving average that the mean square amounts to (rho_t)
  double factor;  ///< what the adaptive step is multiplied by; holds for a length above 4
};

/// @param t  number of the step, from 1
Rectification rectification(double beta2, double t);

}  // namespace temper::optim
