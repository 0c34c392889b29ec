#include "temper/train/mixed_batch.h"

#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/distributed/ranks.h"
#include "temper/mix/apply.h"
#include "temper/train/logits_table.h"
#include "temper/train/partners.h"

namespace temper::train {
void check_mixing(const recipe::Recipe& recipe, bool valued) {
  if (!recipe.mixing) return;
  mix::check(*recipe.mixing, "mixing", recipe.data.batch);
  if (recipe.mixing->partner == mix::Partner::similar && !valued)
    throw Error(
        Code::usage, {.option = "mixing.partner"},
        "mixing.partner = \"similar\" compares regression targets, and the data has classes; "
        "use another partner, such as permuted");
  if (recipe.distillation && is_logits_table(recipe.distillation->from))
    throw Error(Code::usage, {.option = "mixing"},
                fmt::format("the teacher is a table of logits ({}), which has its answers for the "
                            "images before they were mixed; distill from a network, or leave "
                            "mixing out",
                            recipe.distillation->from));
}

std::optional<mix::Plan> mixing_plan(const recipe::Recipe& recipe, std::int64_t step,
                                     const data::Batch& batch, distributed::Group* group) {
  if (!recipe.mixing || recipe.mixing->p == 0) return {};
  if (recipe.mixing->partner == mix::Partner::similar && !batch.partners)
    throw Error(
        Code::usage, {.option = "mixing.partner"},
        "mixing.partner = \"similar\" mixes images with others of the training set, and the "
        "batch has none; fill Batch::partners, as TrainingBatches does");
  const auto& images = batch.views.front();
  const auto replays = recipe::replays_of(recipe);
  const auto first = step / replays * replays;
  const auto ranks = group != nullptr && !recipe.mixing->across_ranks ? group->size() : 1;
  std::vector<std::int64_t> parts;
  for (std::int64_t rank = 0; rank < ranks; ++rank)
    parts.push_back(distributed::rows_of(batch.size(), rank, ranks).count);
  auto plan =
      mix::plan(*recipe.mixing, {.seed = static_cast<std::uint64_t>(recipe.seed), .step = first},
                {.rows = batch.size(),
                 .images = {images.size(2), images.size(3)},
                 .parts = std::move(parts)});
  if (ranks > 1) plan = partners_of(plan, group->rank(), ranks).plan;
  if (!plan.mixes()) return {};
  return plan;
}

const mix::Plan* mixed_features(const mix::Plan& plan) {
  return plan.stage() > 0 ? &plan : nullptr;
}

data::Batch mixed(const data::Batch& batch, const mix::Plan& plan, distributed::Group* group) {
  const auto rows = batch.ids.size(0);
  if (group != nullptr && std::ssize(plan.rows) > rows)
    return mixed_over_ranks(batch, plan, *group);
  const auto* const partners = std::ssize(plan.rows) > rows ? batch.partners.get() : nullptr;
  const auto with_partners = [partners](const at::Tensor& own, const at::Tensor& others) {
    return partners == nullptr ? own : at::cat({own, others});
  };
  const auto& others = partners == nullptr ? batch : *partners;
  auto result = batch;
  result.partners.reset();
  for (std::size_t i = 0; i < batch.views.size(); ++i) {
    const auto images = with_partners(batch.views[i], others.views.at(i));
    if (plan.stage() == 0) mix::mix_images(plan, images);
    result.views[i] = images.narrow(0, 0, rows);
  }
  result.targets =
      mix::mix_targets(plan, with_partners(batch.targets, others.targets)).narrow(0, 0, rows);
  result.labelled =
      mix::mix_labelled(plan, with_partners(batch.labelled, others.labelled)).narrow(0, 0, rows);
  return result;
}

}  // namespace temper::train
