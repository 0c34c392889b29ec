#pragma once
#include <memory>

#include "temper/train/plan.h"
#include "temper/train/state.h"

namespace temper::train {

/// The frequency of each class among the labeled images, float [classes].
at::Tensor class_frequencies(const data::Source& images);

/// build_network() with all initial weights: those that are computed from images come from evenly
/// spaced images of the training set at the network's input size, without augmentation.
std::unique_ptr<model::Network> initial_network(const Plan& plan);

/// The state of a plan's run before its first step, with the normalization of its images, and with
/// the teacher and the class frequencies where the loss needs them. Throws as load_teacher() does.
State begin(const Plan& plan);

}  // namespace temper::train
