#pragma once
#include "temper/train/plan.h"
#include "temper/train/state.h"

namespace temper::train {

/// The share of each class among the images that have a label, float [classes].
at::Tensor class_shares(const data::Source& images);

/// The state of a plan's run before its first step, with what its loss asks for beside the batch: a
/// teacher, the classes' shares. Throws as load_teacher() does.
State begin(const Plan& plan);

}  // namespace temper::train
