#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "temper/model/network.h"
#include "temper/train/plan.h"

namespace temper::train {

/// Hash of parameters and buffers: names, shapes, types and values.
std::string hash_of_weights(const model::Network& network);

/// What teaches: a network, or its logits for the training images.
struct Teacher {
  std::shared_ptr<model::Network> network;  ///< in evaluation mode; null for a table
  at::Tensor logits;  ///< float32 [training images, classes], the rows of a table (logits_table.h)
                      ///< in the order of Plan::train; undefined for a network
  std::string hash;   ///< hash_of_weights(), or hash_of() the table
};

/// Whether the loss has the teacher's logits in it: with distillation, unless its weight is 0 and
/// has no schedule and it has features. Otherwise the teacher may have other classes.
bool teaches_logits(const recipe::Recipe& recipe);

/// The teacher of the plan's recipe.distillation, on the plan's device: a network with the weights
/// that were evaluated on its test set, or a table of logits. Throws Error{Code::usage} where there
/// is no such run or file, where its classes, input size or normalization differ, where a table
/// lacks a training image, where features are asked of a table or of a network without a head, and
/// where it does not have the hash recipe.distillation.teacher; Error{Code::data} for damaged
/// files.
Teacher load_teacher(const Plan& plan);

/// Sets recipe.distillation.teacher, if empty, to the teacher's hash. Does nothing without
/// distillation.
void resolve_teacher(Plan& plan);

}  // namespace temper::train
