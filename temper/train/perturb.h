#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "temper/data/loader/batch.h"
#include "temper/model/network.h"
#include "temper/recipe/recipe.h"
#include "temper/train/objective.h"
#include "temper/train/state.h"

/// The phase perturb of a step, for images: recipe.adversarial.
namespace temper::train {

/// Refuses a radius beyond the range of the images, at any step: throws Error{Code::usage}.
void check_adversarial(const recipe::Recipe& recipe, const model::Task& task,
                       const schedule::Horizon& horizon);

/// Refuses such a radius of recipe.evaluation.attack, and one without a validation set: throws
/// Error{Code::usage}.
/// @param samples  of an image in evaluations
void check_evaluation_attack(const recipe::Recipe& recipe, std::int64_t samples, bool validated);

/// The attacked images of a batch or micro-batch, normalized. Leaves the network in training mode,
/// its buffers, its parameters' gradients and all draws of the step's passes as they are: the
/// attack draws from addresses of its own, the step and the row of the whole batch, and in training
/// mode its passes have numbers of their own.
/// @param recipe     with recipe.adversarial, which is not of the kind free (free_perturbation.h),
///                   and the step's scheduled values
/// @param first_row  of the whole batch, where the given one is a micro-batch
at::Tensor attacked_images(const Objective& objective, const recipe::Recipe& recipe, State& state,
                           const data::Batch& batch, std::int64_t first_row);

/// The number of the pass over TRADES' attacked images, for Objective::Pass. @param pass  of the
/// images themselves
constexpr std::int64_t attacked_pass(std::int64_t pass) {
  return pass + 2;
}

}  // namespace temper::train
