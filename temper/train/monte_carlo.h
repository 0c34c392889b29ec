#pragma once
#include <functional>
#include <memory>

#include "temper/data/source.h"
#include "temper/measure/monte_carlo.h"
#include "temper/train/plan.h"

namespace temper::train {

/// Monte Carlo dropout: forward passes over a set in evaluation mode, with dropout as in training
/// and everything else as in evaluation. What is dropped follows from the recipe's seed, the
/// image's place in the set and the pass. The network is left in evaluation mode, without dropout.
/// Throws Error{Code::usage} where the network has no dropout.
/// @param passes  over every image, >= 1
/// @param cancel  asked before every batch, when set; true ends the work with Cancelled
measure::MonteCarlo predict_monte_carlo(model::Network& network, const Plan& plan,
                                        const std::shared_ptr<const data::Source>& images,
                                        std::int64_t passes,
                                        const std::function<bool()>& cancel = {});

}  // namespace temper::train
