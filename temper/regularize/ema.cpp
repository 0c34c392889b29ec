#include "temper/regularize/ema.h"

#include <algorithm>
#include <cmath>

namespace temper::regularize {

double decay_at(const Ema& ema, std::int64_t n) {
  const auto updates = static_cast<double>(n);
  switch (ema.warmup) {
    case EmaWarmup::none:
      break;
    case EmaWarmup::tensorflow:
      return std::min(ema.decay, (1 + updates) / (10 + updates));
    case EmaWarmup::timm:
      return std::min(ema.decay, 1 - std::pow(1 + updates, -2.0 / 3));
  }
  return ema.decay;
}

}  // namespace temper::regularize
