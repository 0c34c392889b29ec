#include "temper/regularize/swa.h"

#include <cmath>
#include <string>
#include <utility>

namespace temper::regularize {

std::int64_t Swa::snapshots_before(const Horizon& run) const {
  const auto steps =
      static_cast<std::int64_t>(std::floor(start * static_cast<double>(run.total_steps)));
  return steps / interval(run);
}

std::vector<Onset> Swa::onsets(const Horizon& run) const {
  const auto after_start = [&](std::int64_t snapshots, std::string otherwise) {
    const auto needed = static_cast<double>(snapshots_before(run) + snapshots);
    return Onset::in(run, "start", needed * static_cast<double>(interval(run)),
                     std::move(otherwise));
  };
  return {onset_of_updates(interval(run), run),
          after_start(1, "no snapshot follows it, so the average is a single earlier one"),
          after_start(2, "only one snapshot follows it, so nothing is averaged")};
}

void update_average(const Swa& options, std::span<const Named> tensors, Averages& averages,
                    std::int64_t step) {
  const auto every = options.interval(averages.run);
  if (step % every != 0) return;
  const bool started = step / every > options.snapshots_before(averages.run);
  averages.updates = started ? averages.updates + 1 : 0;
  lerp_averages(tensors, averages.tensors, started ? 1 / static_cast<double>(averages.updates) : 1);
}

}  // namespace temper::regularize
