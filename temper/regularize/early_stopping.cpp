#include "temper/regularize/early_stopping.h"

#include <cmath>

namespace temper::regularize {

// The first evaluation is the best so far.
std::vector<Onset> EarlyStopping::onsets(const Horizon& run) const {
  const double epochs = static_cast<double>(patience) + 1;
  return {Onset::in(run, "patience", epochs * static_cast<double>(run.steps_per_epoch) + 1,
                    "the run can't end early")};
}

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
