#pragma once
#include <cstdint>
#include <vector>

#include "temper/core/random.h"
#include "temper/data/loader/batch.h"
#include "temper/recipe/recipe.h"
#include "temper/train/plan.h"
#include "temper/train/state.h"

/// Semi-supervised training, recipe.semi: the unlabeled images of a step before the objective.
namespace temper::train {

/// Seed of everything that is drawn for the stream of unlabeled images.
constexpr std::uint64_t unlabelled_seed(const recipe::Recipe& recipe) {
  return static_cast<std::uint64_t>(recipe.seed) + coordinate("unlabelled");
}

/// Resolves semi.batch_norm = auto. Does nothing without recipe.semi.
void resolve_semi(recipe::Recipe& recipe);

/// Gives a state the teacher of its method, if it has one: a copy of the network. The state's
/// network has its initial weights.
void begin_mean_teacher(const Plan& plan, State& state);
/// Makes the teacher a copy of the network again. Does nothing without one.
void reset_mean_teacher(State& state);
/// Moves the teacher after a step's update, whose number the state has. Does nothing without one.
void update_mean_teacher(State& state, const recipe::Recipe& recipe);

/// The phase targets of a step, and the mixing that belongs to the method: the batch with the views
/// of its unlabeled images that are trained on, and with their targets, float [m, views, classes],
/// where the method has them from elsewhere than these views. With MixMatch the labeled images are
/// mixed, too. Changes nothing in the batch and the state, whose networks are in training mode;
/// returns the batch itself without recipe.semi.
/// @param batch  on the network's device
/// Throws Error{Code::usage} for a batch without unlabeled images, or with other views than the
/// method needs, and for a state without the teacher.
data::Batch with_targets(const State& state, const recipe::Recipe& recipe,
                         const data::Batch& batch);

}  // namespace temper::train
