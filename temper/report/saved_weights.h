#pragma once
#include <cstdint>
#include <optional>

#include "temper/measure/weight_norms.h"
#include "temper/report/run.h"

namespace temper::report {

/// How often training went through residual blocks under stochastic depth by the batch.
struct Blocks {
  std::int64_t executed = 0;
  std::int64_t passes = 0;  ///< blocks times training passes: what it would have been without
};

/// What the files of weights of a finished run tell by themselves.
struct SavedWeights {
  measure::WeightNorms
      norms;  ///< of tensors with two dimensions or more, of the weights that count
  std::optional<Blocks> blocks;  ///< nothing where no block was left out by the batch
};

/// Nothing where the run is not finished, or where a file is damaged, which is added to the run's
/// problems.
std::optional<SavedWeights> read_saved_weights(Run& run);

}  // namespace temper::report
