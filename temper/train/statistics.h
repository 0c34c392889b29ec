#pragma once
#include <cstdint>
#include <functional>

#include "temper/model/network.h"
#include "temper/train/plan.h"

namespace temper::train {

/// BatchNorm's running statistics anew, for weights that were never trained with (SWA, Izmailov et
/// al. 2018, arXiv:1803.05407, section 3.2): the mean over training batches, as training sees them,
/// of each batch's mean and variance, every batch counting alike. A network without running
/// statistics is left alone. Leaves the network in training mode.
/// @param epoch   whose batches
/// @param cancel  asked before every batch, when set; true ends the work with Cancelled
void reestimate_statistics(model::Network& network, const Plan& plan, std::int64_t epoch,
                           const std::function<bool()>& cancel = {});

}  // namespace temper::train
