#include "temper/regularize/early_stopping.h"

#include <cmath>

namespace temper::regularize {

bool observe(const EarlyStopping& options, double value, std::int64_t epoch, StopMemory& memory) {
  const double gain =
      options.measure == StopMeasure::validation_loss ? memory.best - value : value - memory.best;
  const bool better = !std::isnan(value) && (!memory.seen || gain > options.minimum_improvement);
  if (!better) {
    ++memory.waited;
    return false;
  }
  memory = {.seen = true, .best = value, .best_epoch = epoch, .waited = 0};
  return true;
}

bool has_ended(const EarlyStopping& options, const StopMemory& memory) {
  return memory.waited >= options.patience;
}

}  // namespace temper::regularize
