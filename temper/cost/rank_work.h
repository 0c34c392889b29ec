#pragma once
#include <cstdint>

#include "temper/cost/scaling.h"
#include "temper/train/plan.h"

namespace temper::cost {

/// Measures what a rank does in a step, by steps of a temporary network with the rank's part of the
/// batch, in this process alone: their time, when the gradients of each bucket are complete, the
/// sums that sync_bn asks for, and how fast the rank's loader is. Nothing is exchanged.
///
/// Throws Error{Code::usage} for recipes that several processes refuse, and before the first step
/// where a rank's part would not fit into the memory of this machine.
/// @param plan   of a process on its own
/// @param part   of the rank: train::plan_of_rank()
/// @param steps  number of steps, more than the three that warm up
/// @param loading_seconds  in which the loader is timed
RankWork rank_work(const train::Plan& plan, const train::Plan& part, const Cluster& cluster,
                   std::int64_t steps = 30, double loading_seconds = 1);

}  // namespace temper::cost
