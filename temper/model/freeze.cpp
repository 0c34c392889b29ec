#include "temper/model/freeze.h"

namespace temper::model {

std::int64_t frozen_stages(const Freeze& options, std::int64_t step, std::int64_t steps_per_epoch) {
  const bool over = options.epochs > 0 && step >= options.epochs * steps_per_epoch;
  return over ? 0 : options.stages;
}

}  // namespace temper::model
