#include "temper/train/free_perturbation.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <utility>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/distributed/ranks.h"
#include "temper/train/data_parallel.h"

namespace temper::train {
namespace {

const adversarial::FreeTraining* free_training(const recipe::Recipe& recipe) {
  return recipe.adversarial ? std::get_if<adversarial::FreeTraining>(&*recipe.adversarial)
                            : nullptr;
}

/// @param first  the images' first row of the whole batch
bool fits(const at::Tensor& perturbation, const at::Tensor& images, std::int64_t first) {
  return perturbation.defined() && perturbation.dim() == 4 &&
         perturbation.size(0) >= first + images.size(0) &&
         perturbation.sizes().slice(1) == images.sizes().slice(1);
}

/// Rank 0, which writes checkpoints, gets the rows of the other ranks.
/// @param all  rows of the whole batch
void collect(const at::Tensor& perturbation, std::int64_t all, distributed::Group& group) {
  const auto own = distributed::rows_of(all, group.rank(), group.size());
  std::vector<std::int64_t> sent(static_cast<std::size_t>(group.size()), 0);
  auto received = sent;
  if (!group.leads()) sent.front() = own.count;
  for (std::size_t rank = 1; group.leads() && rank < received.size(); ++rank)
    received[rank] = distributed::rows_of(all, static_cast<std::int64_t>(rank), group.size()).count;
  const auto values = perturbation.permute({0, 2, 3, 1});
  const auto mine = values.narrow(0, own.first, sent.front()).flatten(1).contiguous();
  const auto others = group.exchange(mine, std::move(sent), std::move(received));
  auto shape = values.sizes().vec();
  shape.front() = others.size(0);
  if (group.leads()) values.narrow(0, own.count, others.size(0)).copy_(others.view(shape));
}

}  // namespace

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
  if (!fits(state.perturbation, images, batch.first_row))
    throw Error(
        Code::usage, {.option = "adversarial"},
        fmt::format("adversarial.kind = \"free\" keeps a perturbation for each row of the "
                    "batch, and the state has {} for {} images of {} x {}; let begin() make "
                    "it",
                    state.perturbation.defined() ? "one of another size" : "none", images.size(0),
                    images.size(2), images.size(3)));
  const auto rows = state.perturbation.narrow(0, batch.first_row, images.size(0));
  return within_radius(rows, options->norm, options->radius).detach().set_requires_grad(true);
}

at::Tensor perturbed_images(const Objective& objective, const data::Batch& batch,
                            const at::Tensor& perturbation) {
  const auto pixels = objective.pixels(batch.views.front()).clamp_(0, 1);
  return objective.normalised(adversarial::perturbed(pixels, perturbation));
}

void move_perturbation(const State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                       const at::Tensor& used) {
  const auto* const options = free_training(recipe);
  if (options == nullptr || !used.defined()) return;
  const at::NoGradGuard guard;
  if (used.grad().defined())
    state.perturbation.narrow(0, batch.first_row, used.size(0))
        .copy_(moved(*options, used.detach(), used.grad()));
  if (state.ranks) collect(state.perturbation, batch.size(), state.ranks->group());
}

}  // namespace temper::train
