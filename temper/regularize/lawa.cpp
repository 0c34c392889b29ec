#include "temper/regularize/lawa.h"

#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <algorithm>

namespace temper::regularize {

std::vector<Onset> Lawa::onsets(const Horizon& run) const {
  return {onset_of_updates(interval(run), run),
          Onset::in(run, "every", 2 * static_cast<double>(interval(run)),
                    "there is only one snapshot, so nothing is averaged")};
}

void allocate_snapshots(const Lawa& options, Averages& averages) {
  for (std::int64_t slot = 0; slot < options.latest; ++slot)
    for (const auto& [name, tensor] : averages.tensors)
      averages.snapshots.emplace_back(fmt::format("{}/{}", slot, name), at::zeros_like(tensor));
}

void update_average(const Lawa& options, std::span<const Named> tensors, Averages& averages,
                    std::int64_t step) {
  if (step % options.interval(averages.run) != 0) return;
  const auto count = ++averages.updates;
  const auto of = [&](std::int64_t slot) {
    return std::span(averages.snapshots)
        .subspan(static_cast<std::size_t>(slot) * tensors.size(), tensors.size());
  };
  const auto newest = of((count - 1) % options.latest);
  for (std::size_t i = 0; i < tensors.size(); ++i) newest[i].second.copy_(tensors[i].second);
  // The mean is recomputed every time: subtracting the oldest would leave its rounding error
  // behind.
  for (std::int64_t slot = 0; slot < std::min(count, options.latest); ++slot)
    lerp_averages(of(slot), averages.tensors, 1 / static_cast<double>(slot + 1));
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (!tensors[i].second.is_floating_point()) averages.tensors[i].second.copy_(tensors[i].second);
}

}  // namespace temper::regularize
