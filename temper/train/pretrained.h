#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "temper/model/network.h"
#include "temper/recipe/starter.h"
#include "temper/train/plan.h"

/// recipe.pretrained: a run that starts from the weights of an earlier training. Nothing is done
/// without it.
namespace temper::train {

/// What a recipe for fine-tuning is chosen by. Throws as open_pretrained() does.
/// @param channels  of the data
recipe::PretrainedSummary summary_of(const std::string& from, std::int64_t channels);

/// Sets the recipe's options that its text leaves out to those that the weights were trained with,
/// and the hash of the weights. plan.pretrained_notes says what was set, and what the recipe has
/// otherwise. Throws as open_pretrained() does, and Error{Code::usage} where no weights are named.
/// @param channels  of the data
void resolve_pretrained(Plan& plan, std::int64_t channels);

/// Tries the weights on the plan's network, and adds to plan.pretrained_notes what is not copied
/// exactly. Throws as load_pretrained() does. The plan of an earlier run, whose weights may have
/// been removed since, passes.
void check_pretrained(Plan& plan);

/// Copies the weights into the plan's network. Throws as open_pretrained() and copy_weights() do,
/// and Error{Code::usage} for weights of another hash than the recipe's.
/// @return as copy_weights()
std::vector<std::string> load_pretrained(const Plan& plan, const model::Network& network);

}  // namespace temper::train
