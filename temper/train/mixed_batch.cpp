#include "temper/train/mixed_batch.h"

#include <fmt/format.h>

#include <variant>

#include "temper/core/error.h"
#include "temper/mix/apply.h"
#include "temper/train/logits_table.h"
#include "temper/train/partners.h"

namespace temper::train {

void check_mixing(const recipe::Recipe& recipe) {
  if (!recipe.mixing) return;
  mix::check(*recipe.mixing, "mixing", recipe.data.batch);
  if (recipe.distillation && is_logits_table(recipe.distillation->from))
    throw Error(Code::usage, {.option = "mixing"},
                fmt::format("the teacher is a table of logits ({}), which has its answers for the "
                            "images before they were mixed; distill from a network, or leave "
                            "mixing out",
                            recipe.distillation->from));
  const auto* squares = std::get_if<loss::Mse>(&recipe.loss);
  if (squares != nullptr && squares->true_weight != 1)
    throw Error(Code::usage, {.option = "loss.true_weight"},
                fmt::format("loss.true_weight = {} weights the logit of the true class, but a "
                            "mixed image has several classes; set it to 1, choose another loss, or "
                            "leave mixing out",
                            squares->true_weight));
}

std::optional<mix::Plan> mixing_plan(const recipe::Recipe& recipe, std::int64_t step,
                                     const data::Batch& batch) {
  if (!recipe.mixing) return {};
  const auto& images = batch.views.front();
  auto plan =
      mix::plan(*recipe.mixing, {.seed = static_cast<std::uint64_t>(recipe.seed), .step = step},
                {.rows = batch.size(), .images = {images.size(2), images.size(3)}});
  if (!plan.mixes()) return {};
  return plan;
}

data::Batch mixed(const data::Batch& batch, const mix::Plan& plan, distributed::Group* group) {
  if (group != nullptr) return mixed_over_ranks(batch, plan, *group);
  auto result = batch;
  for (const auto& view : result.views) mix::mix_images(plan, view);
  result.targets = mix::mix_targets(plan, batch.targets);
  result.labelled = mix::mix_labelled(plan, batch.labelled);
  return result;
}

}  // namespace temper::train
