#pragma once
#include <ATen/core/Tensor.h>

#include "temper/data/loader/batch.h"
#include "temper/recipe/recipe.h"
#include "temper/train/objective.h"
#include "temper/train/plan.h"
#include "temper/train/state.h"

/// Free adversarial training, recipe.adversarial of kind free: the perturbation that a step uses
/// and moves.
namespace temper::train {

/// Gives a state the perturbation that training begins with, of the size of the plan's batches.
/// Does nothing for a recipe without.
void begin_perturbation(const Plan& plan, State& state);

/// The perturbation of a step for the rows of its batch, a tensor that collects a gradient in the
/// step's backward passes; undefined for a recipe without. Throws Error{Code::usage} for a state
/// without one, or with one of another size than the batch's images.
/// @param recipe  with the step's scheduled values
at::Tensor perturbation_of(const State& state, const recipe::Recipe& recipe,
                           const data::Batch& batch);

/// The perturbed images of a batch or micro-batch, normalized, with the graph to the perturbation.
/// @param perturbation  of these images
at::Tensor perturbed_images(const Objective& objective, const data::Batch& batch,
                            const at::Tensor& perturbation);

/// Moves the state's perturbation along the gradient that a step's has collected. Of several
/// processes that share the batch each moves the rows of its own part, and rank 0 gets all of them.
/// @param batch  that of the step
/// @param used   what perturbation_of() returned; where it is undefined, this does nothing
void move_perturbation(const State& state, const recipe::Recipe& recipe, const data::Batch& batch,
                       const at::Tensor& used);

}  // namespace temper::train
