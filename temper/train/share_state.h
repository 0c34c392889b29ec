#pragma once
#include "temper/distributed/group.h"
#include "temper/train/manifest.h"
#include "temper/train/state.h"

namespace temper::train {

/// Gives all ranks the state of rank 0: what a checkpoint holds of it. So only rank 0 needs to read
/// the run's directory. Of the optimizer's state each gets its part, where the run divides it: that
/// of rank 0 is the whole before.
/// @param manifest  rank 0's, with the fields that are not in the state
/// @return that of rank 0
Manifest share_state(State& state, Manifest manifest, distributed::Group& group);

}  // namespace temper::train
