#pragma once
#include <memory>
#include <string>

#include "temper/model/network.h"
#include "temper/train/plan.h"

namespace temper::train {

/// Hash of parameters and buffers: names, shapes, types and values.
std::string hash_of_weights(const model::Network& network);

/// The network of the run that the plan's recipe.distillation names: with the weights that its test
/// figure was earned with, in evaluation mode, on the plan's device. Throws Error{Code::usage}
/// where there is no such run, and for a teacher of other classes, another input size or
/// normalisation, or of other weights than recipe.distillation.teacher says; Error{Code::data} for
/// damaged files.
std::shared_ptr<model::Network> load_teacher(const Plan& plan);

/// Fills in recipe.distillation.teacher where it is empty, from the run that is named. Without
/// distillation nothing happens.
void resolve_teacher(Plan& plan);

}  // namespace temper::train
