#pragma once
#include <optional>

#include "temper/data/batch.h"
#include "temper/train/events.h"
#include "temper/train/guard.h"
#include "temper/train/state.h"

namespace temper::train {

/// The batch on a device; the same tensors where it is there already.
data::Batch to(const data::Batch& batch, at::Device device);

/// The rate that a recipe holds: the present step's, where a schedule drives it.
double learning_rate(const recipe::Recipe& recipe);

struct StepResult {
  at::Tensor loss;                      ///< a scalar without a graph
  std::optional<NotFinite> not_finite;  ///< when set, the step was counted but not applied
};

/// One step of training: forward, loss, backward, update, average.
/// @param recipe  its scheduled numbers hold this step's values
/// @param batch   on the network's device
/// @param times   what the parts took is added
/// @param norms   when not null, filled with every parameter's norms
StepResult step(State& state, const recipe::Recipe& recipe, const data::Batch& batch, Times& times,
                Norms* norms = nullptr);

}  // namespace temper::train
