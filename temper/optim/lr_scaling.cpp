#include "temper/optim/lr_scaling.h"

#include <cmath>

namespace temper::optim {

double factor(const LrScaling& options, std::int64_t batch) {
  const double ratio = static_cast<double>(batch) / static_cast<double>(options.reference_batch);
  return options.rule == LrScalingRule::square_root ? std::sqrt(ratio) : ratio;
}

}  // namespace temper::optim
