#pragma once
#include <cstdint>

#include "temper/model/network.h"
#include "temper/train/plan.h"

/// How many images a run evaluates.
namespace temper::cost {

/// The images that pass through the network in each evaluation during training, the passes of an
/// attack apart.
/// @param network  the run's, left as it is
std::int64_t images_scored(const train::Plan& plan, model::Network& network);

/// The images that recipe.evaluation.attack attacks in each evaluation of a network; 0: there is
/// none.
std::int64_t images_attacked(const train::Plan& plan);

/// How many sets of weights each evaluation is of.
std::int64_t weights_evaluated(const recipe::Recipe& recipe);

}  // namespace temper::cost
