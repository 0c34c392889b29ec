#pragma once
#include <cstdint>
#include <functional>

#include "temper/model/network.h"
#include "temper/train/plan.h"

namespace temper::evaluate {

/// Re-estimates BatchNorm's running statistics for averaged weights (SWA, Izmailov et al. 2018,
/// arXiv:1803.05407, section 3.2): the mean, with equal weights, of the batch statistics over
/// training batches, including augmentation. Does nothing for a network without running statistics.
/// Leaves the network in training mode.
/// @param epoch   whose batches are used
/// @param cancel  when set, called before every batch; true ends the work by throwing Cancelled
void reestimate_statistics(model::Network& network, const train::Plan& plan, std::int64_t epoch,
                           const std::function<bool()>& cancel = {});

}  // namespace temper::evaluate
