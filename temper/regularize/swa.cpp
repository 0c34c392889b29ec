#include "temper/regularize/swa.h"

#include <cmath>

namespace temper::regularize {

void update_average(const Swa& options, std::span<const Named> tensors, Averages& averages) {
  const auto every = options.every > 0 ? options.every : averages.length.steps_per_epoch;
  const auto step = averages.updates + 1;
  if (step % every != 0) return;
  const auto before = static_cast<std::int64_t>(
      std::floor(options.start * static_cast<double>(averages.length.total_steps)));
  const auto n = step / every - before / every;  // 1 for the first snapshot of the mean
  lerp_averages(tensors, averages.tensors, n <= 1 ? 1 : 1 / static_cast<double>(n));
}

}  // namespace temper::regularize
