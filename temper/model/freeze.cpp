#include "temper/model/freeze.h"

namespace temper::model {

std::vector<Onset> Freeze::onsets(const Horizon& run) const {
  if (epochs == 0) return {};
  const auto frozen = static_cast<double>(epochs) * static_cast<double>(run.steps_per_epoch);
  return {Onset::in(run, "epochs", frozen + 1, "the stages stay frozen for the whole run")};
}

std::int64_t frozen_stages(const Freeze& options, std::int64_t step, std::int64_t steps_per_epoch) {
  const bool over = options.epochs > 0 && step >= options.epochs * steps_per_epoch;
  return over ? 0 : options.stages;
}

}  // namespace temper::model
