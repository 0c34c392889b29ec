#pragma once
#include <optional>

namespace temper::optim {

/// RAdam's rectification of the variance of the adaptive learning rate in the first steps (Liu et
/// al. 2020, arXiv:1908.03265).
struct Rectification {
  double length;  ///< of the simple moving average that the mean square approximates (rho_t)
  double factor;  ///< multiplies the adaptive step (r_t); valid for a length above 4
};

/// @param t  step number, counted from 1
Rectification rectification(double beta2, double t);

}  // namespace temper::optim
