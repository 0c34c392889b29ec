#include "temper/regularize/averages.h"

#include <ATen/ops/_foreach_lerp.h>

namespace temper::regularize {

Onset onset_of_updates(std::int64_t every, const Horizon& run) {
  auto onset = Onset::in(run, "every", static_cast<double>(every),
                         "the average is never updated and stays at the initial weights");
  onset.refused = true;
  return onset;
}

void lerp_averages(std::span<const Named> tensors, const std::vector<Named>& averages,
                   double share) {
  std::vector<at::Tensor> moving;
  std::vector<at::Tensor> values;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& value = tensors[i].second;
    const auto& average = averages[i].second;
    if (value.is_floating_point()) {
      moving.push_back(average);
      values.push_back(value);
    } else {
      average.copy_(value);
    }
  }
  if (!moving.empty()) at::_foreach_lerp_(moving, values, share);
}

}  // namespace temper::regularize
