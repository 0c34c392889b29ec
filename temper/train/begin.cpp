#include "temper/train/begin.h"

#include <ATen/ops/div.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include "temper/train/teacher.h"

namespace temper::train {

at::Tensor class_frequencies(const data::Source& images) {
  const auto counts = at::zeros({static_cast<std::int64_t>(images.classes().size())}, at::kDouble);
  auto* values = counts.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < images.size(); ++i)
    if (const auto label = images.label(i); label >= 0) values[label] += 1;
  return counts.div(counts.sum().clamp_min(1)).to(at::kFloat);
}

State begin(const Plan& plan) {
  auto state = start(plan.recipe, build_network(plan), plan.horizon);
  state.normalisation = plan.training.normalisation;
  if (plan.recipe.distillation) state.teacher = load_teacher(plan);
  if (loss::needs_prior(plan.recipe.loss))
    state.prior = class_frequencies(*plan.train).to(plan.device);
  return state;
}

}  // namespace temper::train
