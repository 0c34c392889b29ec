#include "temper/train/harm.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "temper/augment/pipeline/applier.h"
#include "temper/data/tools/check.h"
#include "temper/train/picture_sizes.h"
#include "temper/train/training_size.h"

namespace temper::train {
namespace {

constexpr std::int64_t kLookedAt = 64;

/// The worst of each kind that each operation does, in the order in which they were found.
class Worst {
 public:
  void add(augment::Harm harm) {
    const auto known = std::ranges::find_if(harms_, [&](const augment::Harm& other) {
      return other.operation == harm.operation && other.kind == harm.kind;
    });
    if (known == harms_.end())
      harms_.push_back(std::move(harm));
    else if (harm.share > known->share)
      *known = std::move(harm);
  }

  [[nodiscard]] const std::vector<augment::Harm>& harms() const { return harms_; }

 private:
  std::vector<augment::Harm> harms_;
};

/// The number of operations before those of the recipe in the last view of a loader.
std::size_t added_before(const Plan& plan, const data::LoaderOptions& loader,
                         std::span<const augment::Operation> asked) {
  const TrainingSize sizes(plan.recipe, plan.horizon, plan.input());
  const std::size_t added_after = sizes.given() ? 1 : 0;
  return loader.views.back().size() - asked.size() - added_after;
}

/// The warnings about a list of the recipe, which the last view of a loader has.
void warn(const Plan& plan, const data::LoaderOptions& loader,
          std::span<const augment::Operation> asked, std::string_view list,
          std::span<const augment::PictureKind> kinds, std::vector<std::string>& warnings) {
  if (asked.empty()) return;
  Worst worst;
  for (const auto step : {std::int64_t{0}, plan.horizon.total_steps - 1}) {
    auto pipelines = data::pipelines_of(loader);
    if (loader.adapt) loader.adapt(step, pipelines);
    auto& pipeline = pipelines.back();
    for (const auto& kind : kinds)
      for (auto& harm : augment::harms(pipeline.operations(), pipeline.input(), kind))
        worst.add(std::move(harm));
    if (!loader.adapt) break;  // all steps are the same
  }
  const auto first = added_before(plan, loader, asked);
  for (const auto& harm : worst.harms())
    if (harm.operation >= first && harm.operation < first + asked.size())
      warnings.push_back(fmt::format("{}.{} ({}) {}", list, harm.operation - first,
                                     augment::operation_name(asked[harm.operation - first]),
                                     harm.text));
}

}  // namespace

std::size_t added_operations(const Plan& plan) {
  return added_before(plan, plan.training, plan.recipe.data.augment);
}

std::vector<augment::PictureKind> some_kinds(const data::Source& train) {
  std::vector<augment::PictureKind> kinds;
  const auto channels = train.channels();
  for (const auto size : data::telling_sizes(some_sizes(train, kLookedAt)))
    kinds.push_back({size, channels, channels == 1});
  return kinds;
}

std::vector<std::string> augmentation_warnings(const Plan& plan,
                                               std::span<const augment::PictureKind> kinds) {
  std::vector<std::string> warnings;
  warn(plan, plan.training, plan.recipe.data.augment, "data.augment", kinds, warnings);
  if (plan.unlabelled)
    warn(plan, plan.training_unlabelled, plan.recipe.semi->strong, "semi.augment", kinds, warnings);
  return warnings;
}

}  // namespace temper::train
