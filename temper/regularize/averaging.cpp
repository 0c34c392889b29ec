#include "temper/regularize/averaging.h"

#include <ATen/core/grad_mode.h>

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

void update_average(const Ema& ema, std::span<const Named> tensors, Averages& averages,
                    std::int64_t /*step*/) {
  const auto before = averages.updates++;
  if (averages.updates % ema.every != 0) return;
  lerp_averages(tensors, averages.tensors, 1 - decay_at(ema, before / ema.every));
}

}  // namespace

Averages copies_of(std::span<const Named> tensors) {
  Averages averages;
  for (const auto& [name, value] : tensors)
    averages.tensors.emplace_back(name, value.detach().clone());
  return averages;
}

Averages start(const Averaging& averaging, std::span<const Named> tensors, const Horizon& run) {
  const at::NoGradGuard guard;
  auto averages = copies_of(tensors);
  averages.kind = std::visit([](const auto& options) { return options.kind; }, averaging);
  averages.run = run;
  if (const auto* lawa = std::get_if<Lawa>(&averaging)) allocate_snapshots(*lawa, averages);
  return averages;
}

void update(const Averaging& averaging, std::span<const Named> tensors, Averages& averages,
            std::int64_t step, Applied applied) {
  require_same_count(averages, tensors);
  if (applied == Applied::no && std::holds_alternative<Ema>(averaging)) return;
  const at::NoGradGuard guard;
  std::visit([&](const auto& options) { update_average(options, tensors, averages, step); },
             averaging);
}

void copy_to(const Averages& averages, std::span<const Named> tensors) {
  require_same_count(averages, tensors);
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    tensors[i].second.copy_(averages.tensors[i].second);
}

SwappedAverages::SwappedAverages(Averages& averages, std::span<const Named> tensors)
    : averages_(averages), tensors_(tensors) {
  require_same_count(averages, tensors);
  exchange(averages_, tensors_);
}

SwappedAverages::~SwappedAverages() {
  exchange(averages_, tensors_);
}

}  // namespace temper::regularize
