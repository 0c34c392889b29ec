#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "temper/model/network.h"
#include "temper/recipe/starter.h"
#include "temper/train/plan.h"

/// recipe.pretrained: a run that starts from the weights of an earlier training. Nothing is done
/// without it.
namespace temper::train {

/// What a recipe for fine-tuning is chosen by. Throws as open_pretrained() does.
/// @param channels  of the data
recipe::PretrainedSummary summary_of(const std::string& from, std::int64_t channels);

/// Opens the weights for the plan, and sets the recipe's options that its text leaves out to those
/// that the weights were trained with, and their hash. plan.pretrained_notes says what was set, and
/// what the recipe has otherwise. Throws as open_pretrained() does, and Error{Code::usage} where no
/// weights are named, and where a config.json has a size that is not square and the recipe has
/// none. A recipe that has the hash of missing or other weights keeps its options.
/// @param channels  of the data
void resolve_pretrained(Plan& plan, std::int64_t channels);

/// Copies the weights into a network like the plan's, so that those that do not fit are refused
/// before anything is written, and adds to plan.pretrained_notes what is not copied exactly, and
/// where a network with these tensors computes otherwise than the one that they are of. Throws as
/// copy_weights() does, and as last_layer() for a head that is to be a linear probe.
void try_pretrained(Plan& plan);

/// The layer that gives a network's logits.
struct LastLayer {
  at::Tensor weight;  ///< [classes, d]
  at::Tensor bias;    ///< [classes]
};

/// The tensors of the network's last layer, for a linear probe to be written into. Throws
/// Error{Code::usage} for a network that does not name one with a weight and a bias.
LastLayer last_layer(const Plan& plan, const model::Network& network);

/// Copies the weights into the plan's network. Throws as copy_weights() does, and
/// Error{Code::usage} where the weights are missing or others than the recipe's.
void load_pretrained(const Plan& plan, const model::Network& network);

}  // namespace temper::train
