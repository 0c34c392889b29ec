#pragma once
#include <cstdint>
#include <memory>

#include "temper/data/source.h"
#include "temper/train/plan.h"

namespace temper::train {

/// How much the probabilities of a network in evaluation mode move with each of some images
/// (measure/sensitivity.h), by the values that the network is fed: normalised ones.
/// @param count  of images, drawn from the set by the recipe's seed; all of a smaller set
/// @return double [images], in the set's order
at::Tensor sensitivity(model::Network& network, const Plan& plan,
                       const std::shared_ptr<const data::Source>& images, std::int64_t count);

}  // namespace temper::train
