#include "temper/regularize/ema.h"

#include <algorithm>
#include <cmath>

#include "temper/regularize/averages.h"

namespace temper::regularize {

std::vector<Onset> Ema::onsets(const Horizon& run) const {
  return {onset_of_updates(every, run)};
}

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

double rescaled_decay(const Ema& ema, std::int64_t batch, std::int64_t epochs) {
  const auto images = static_cast<double>(batch * ema.every);
  return 1 - std::min(1.0, (1 - ema.decay) * images / static_cast<double>(epochs));
}

}  // namespace temper::regularize
