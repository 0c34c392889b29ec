#pragma once
#include <cstdint>
#include <memory>

#include "temper/data/sources/source.h"
#include "temper/train/plan.h"

namespace temper::evaluate {

/// The input sensitivity (measure/sensitivity.h) of the probabilities of a network in evaluation
/// mode for a sample of images, with respect to the normalized inputs.
/// @param count  number of images, drawn from the set with the recipe's seed; all of a smaller set
/// @return double [images], in the set's order
at::Tensor sensitivity(model::Network& network, const train::Plan& plan,
                       const std::shared_ptr<const data::Source>& images, std::int64_t count);

}  // namespace temper::evaluate
