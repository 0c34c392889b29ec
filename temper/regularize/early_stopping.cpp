#include "temper/regularize/early_stopping.h"

#include <cmath>

namespace temper::regularize {

bool observe(const EarlyStopping& options, double value, std::int64_t epoch,
             EarlyStoppingState& memory) {
  const double gain = options.measure == StoppingMetric::validation_loss ? memory.best - value
                                                                         : value - memory.best;
  const bool better = !std::isnan(value) && (!memory.seen || gain > options.minimum_improvement);
  if (!better) {
    ++memory.waited;
    return false;
  }
  memory = {.seen = true, .best = value, .best_epoch = epoch, .waited = 0};
  return true;
}

bool should_stop(const EarlyStopping& options, const EarlyStoppingState& memory) {
  return memory.waited >= options.patience;
}

}  // namespace temper::regularize
