#pragma once
#include <optional>

#include "temper/data/loader/batch.h"
#include "temper/train/events.h"
#include "temper/train/guard.h"
#include "temper/train/state.h"

namespace temper::train {

/// The learning rate in a recipe: with a schedule, that of the current step.
double learning_rate(const recipe::Recipe& recipe);

/// Prepares the next step: writes the scheduled values into the driver's recipe, and freezes or
/// unfreezes what the network trains in some epochs alone.
void prepare(State& state, const recipe::ScheduleDriver& driver);

struct StepResult {
  at::Tensor loss;                      ///< a scalar without a graph, of the whole batch
  std::optional<NotFinite> not_finite;  ///< when set, the step was counted but not applied
};

/// Updates the averages of the weights with those after a step: the last phase of step(), on its
/// own for a further run that takes part in the training, and for a step that was not applied.
void average(State& state, const recipe::Recipe& recipe,
             regularize::Applied applied = regularize::Applied::yes);

/// One training step. Its phases, each a function in step.cpp, and where a technique belongs:
///
///   mix        the images of the batch and their targets with one another
///   targets    of unlabeled images, and mixing that belongs to their method
///   perturb    images or weights at which the gradient is taken
///   gradients  of the objective, micro-batch by micro-batch
///   reduce     gradients over several processes, while they are computed, see data_parallel.h
///   transform  the gradients: clip, add noise
///   update     the weights; with State::shards each process its own, for all
///   average    the weights over the steps
///
/// @param recipe  with this step's scheduled values, see prepare()
/// @param batch   on the network's device; mixing changes its images in place. With State::ranks
///                this process's part of the batch
/// @param times   the time of each part is added to it
/// @param norms   when not null, filled with every parameter's norms
StepResult step(State& state, const recipe::Recipe& recipe, const data::Batch& batch, Times& times,
                Norms* norms = nullptr);

}  // namespace temper::train
