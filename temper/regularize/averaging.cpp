#include "temper/regularize/averaging.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/empty_like.h>

#include "temper/core/error.h"

namespace temper::regularize {
namespace {

void require_same_count(const Averages& averages, std::span<const Named> tensors) {
  if (averages.tensors.size() != tensors.size())
    throw Error(Code::internal, "the averages belong to another network");
}

void exchange(Averages& averages, std::span<const Named> tensors) {
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& raw = tensors[i].second;
    auto& average = averages.tensors[i].second;
    const auto kept = raw.clone();
    raw.copy_(average);
    average.copy_(kept);
  }
}

void move_towards(const Ema& ema, std::span<const Named> tensors, const Averages& averages) {
  std::vector<at::Tensor> moving;
  std::vector<at::Tensor> values;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, value] = tensors[i];
    const auto& average = averages.tensors[i].second;
    if (value.is_floating_point()) {
      moving.push_back(average);
      values.push_back(value);
    } else {
      average.copy_(value);
    }
  }
  if (!moving.empty()) at::_foreach_lerp_(moving, values, 1 - decay_at(ema, averages.updates));
}

}  // namespace

Averages start(std::span<const Named> tensors) {
  const at::NoGradGuard guard;
  Averages averages;
  for (const auto& [name, value] : tensors)
    averages.tensors.emplace_back(name, value.detach().clone());
  return averages;
}

void update(const Averaging& averaging, std::span<const Named> tensors, Averages& averages) {
  require_same_count(averages, tensors);
  const at::NoGradGuard guard;
  std::visit([&](const auto& options) { move_towards(options, tensors, averages); }, averaging);
  ++averages.updates;
}

void copy_to(const Averages& averages, std::span<const Named> tensors) {
  require_same_count(averages, tensors);
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    tensors[i].second.copy_(averages.tensors[i].second);
}

Swapped::Swapped(Averages& averages, std::span<const Named> tensors)
    : averages_(averages), tensors_(tensors) {
  require_same_count(averages, tensors);
  exchange(averages_, tensors_);
}

Swapped::~Swapped() {
  exchange(averages_, tensors_);
}

}  // namespace temper::regularize
