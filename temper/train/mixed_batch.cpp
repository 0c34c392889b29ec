#include "temper/train/mixed_batch.h"

#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include <cstddef>
#include <variant>

#include "temper/core/error.h"
#include "temper/mix/apply.h"
#include "temper/train/logits_table.h"

namespace temper::train {

void check_mixing(const recipe::Recipe& recipe, bool valued) {
  if (!recipe.mixing) return;
  mix::check(*recipe.mixing, "mixing", recipe.data.batch);
  if (recipe.mixing->partner == mix::Partner::similar && !valued)
    throw Error(Code::usage, {.option = "mixing.partner"},
                "mixing.partner = \"similar\" compares regression targets, and the data has classes; "
                "use another partner, such as permuted");
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
  if (!recipe.mixing || recipe.mixing->p == 0) return {};
  if (recipe.mixing->partner == mix::Partner::similar && !batch.partners)
    throw Error(Code::usage, {.option = "mixing.partner"},
                "mixing.partner = \"similar\" mixes images with others of the training set, and the "
                "batch has none; fill Batch::partners, as TrainingBatches does");
  const auto& images = batch.views.front();
  auto plan =
      mix::plan(*recipe.mixing, {.seed = static_cast<std::uint64_t>(recipe.seed), .step = step},
                {.rows = images.size(0), .images = {images.size(2), images.size(3)}});
  if (!plan.mixes()) return {};
  return plan;
}

data::Batch mixed(const data::Batch& batch, const mix::Plan& plan) {
  const auto rows = batch.ids.size(0);
  const auto* const partners = std::ssize(plan.rows) > rows ? batch.partners.get() : nullptr;
  const auto with_partners = [partners](const at::Tensor& own, const at::Tensor& others) {
    return partners == nullptr ? own : at::cat({own, others});
  };
  const auto& others = partners == nullptr ? batch : *partners;
  auto result = batch;
  result.partners.reset();
  for (std::size_t i = 0; i < batch.views.size(); ++i) {
    const auto images = with_partners(batch.views[i], others.views.at(i));
    mix::mix_images(plan, images);
    result.views[i] = images.narrow(0, 0, rows);
  }
  result.targets =
      mix::mix_targets(plan, with_partners(batch.targets, others.targets)).narrow(0, 0, rows);
  result.labelled =
      mix::mix_labelled(plan, with_partners(batch.labelled, others.labelled)).narrow(0, 0, rows);
  return result;
}

}  // namespace temper::train
