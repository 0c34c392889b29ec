#include "temper/train/free_perturbation.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <variant>

#include "temper/core/error.h"

namespace temper::train {
namespace {

const adversarial::FreeTraining* free_training(const recipe::Recipe& recipe) {
  return recipe.adversarial ? std::get_if<adversarial::FreeTraining>(&*recipe.adversarial)
                            : nullptr;
}

bool fits(const at::Tensor& perturbation, const at::Tensor& images) {
  return perturbation.defined() && perturbation.dim() == 4 &&
         perturbation.size(0) >= images.size(0) &&
         perturbation.sizes().slice(1) == images.sizes().slice(1);
}

}  // namespace

std::int64_t replays_of(const recipe::Recipe& recipe) {
  const auto* const options = free_training(recipe);
  return options == nullptr ? 1 : options->replays;
}

void begin_perturbation(const Plan& plan, State& state) {
  if (free_training(plan.recipe) == nullptr) return;
  const auto& [height, width] = plan.training.size;
  state.perturbation = at::empty({plan.recipe.data.batch, plan.task.channels, height, width},
                                 at::TensorOptions(at::kFloat)
                                     .device(plan.device)
                                     .memory_format(at::MemoryFormat::ChannelsLast))
                           .zero_();
}

at::Tensor perturbation_of(const State& state, const recipe::Recipe& recipe,
                           const data::Batch& batch) {
  const auto* const options = free_training(recipe);
  if (options == nullptr) return {};
  const auto& images = batch.views.front();
  if (!fits(state.perturbation, images))
    throw Error(
        Code::usage, {.option = "adversarial"},
        fmt::format("adversarial.kind = \"free\" keeps a perturbation for each row of the "
                    "batch, and the state has {} for {} images of {} x {}; let begin() make "
                    "it",
                    state.perturbation.defined() ? "one of another size" : "none", images.size(0),
                    images.size(2), images.size(3)));
  const auto rows = state.perturbation.narrow(0, 0, images.size(0));
  return within_radius(rows, options->norm, options->radius).detach().set_requires_grad(true);
}

at::Tensor perturbed_images(const Objective& objective, const data::Batch& batch,
                            const at::Tensor& perturbation) {
  const auto pixels = objective.pixels(batch.views.front()).clamp_(0, 1);
  return objective.normalised(adversarial::perturbed(pixels, perturbation));
}

void move_perturbation(const State& state, const recipe::Recipe& recipe, const at::Tensor& used) {
  const auto* const options = free_training(recipe);
  if (options == nullptr || !used.defined() || !used.grad().defined()) return;
  const at::NoGradGuard guard;
  state.perturbation.narrow(0, 0, used.size(0)).copy_(moved(*options, used.detach(), used.grad()));
}

}  // namespace temper::train
