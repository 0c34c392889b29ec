#pragma once
#include <memory>
#include <string>

#include "temper/model/network.h"
#include "temper/train/plan.h"

namespace temper::train {

/// Hash of parameters and buffers: names, shapes, types and values.
std::string hash_of_weights(const model::Network& network);

/// The teacher network of the plan's recipe.distillation: with the weights that were evaluated on
/// its test set, in evaluation mode, on the plan's device. Throws Error{Code::usage} where there is
/// no such run, where its classes, input size or normalization differ, and where its weights do not
/// have the hash recipe.distillation.teacher; Error{Code::data} for damaged files.
std::shared_ptr<model::Network> load_teacher(const Plan& plan);

/// Sets recipe.distillation.teacher, if empty, to the hash of the teacher's weights. Does nothing
/// without distillation.
void resolve_teacher(Plan& plan);

}  // namespace temper::train
