#pragma once
#include "temper/data/batch.h"
#include "temper/train/events.h"
#include "temper/train/state.h"

namespace temper::train {

/// The batch on a device; the same tensors where it is there already.
data::Batch to(const data::Batch& batch, at::Device device);

/// One step of training: forward, loss, backward, update, average.
/// @param recipe  its scheduled numbers hold this step's values
/// @param batch   on the network's device
/// @param times   what the parts took is added
/// @param norms   when not null, filled with every parameter's norms
/// @return the loss, a scalar without a graph
at::Tensor step(State& state, const recipe::Recipe& recipe, const data::Batch& batch, Times& times,
                Norms* norms = nullptr);

}  // namespace temper::train
