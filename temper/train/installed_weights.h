#pragma once
#include <string>

#include "temper/train/request.h"

namespace temper::train {

/// What `--weights` asks for: "none", for random weights; a folder or file; or, for "", the
/// weights that `scripts/setup --weights` installed, where there are any, for photographs. They are
/// looked for in the folder that the environment's TEMPER_WEIGHTS_DIR names, otherwise in
/// .deps/weights of the folder that the program was built in; of several, the smallest network is
/// chosen on a CPU and the largest on a GPU.
StartingWeights starting_weights(const std::string& asked);

}  // namespace temper::train
