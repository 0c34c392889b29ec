#pragma once
#include <cstdint>
#include <optional>

#include "temper/measure/weight_norms.h"
#include "temper/report/run.h"

namespace temper::report {

/// Number of residual blocks executed in training, under stochastic depth with mode batch.
struct ExecutedBlocks {
  std::int64_t executed = 0;
  std::int64_t passes = 0;  ///< blocks times training passes: the number without it
};

/// What can be computed from a finished run's weight files alone.
struct SavedWeights {
  measure::WeightNorms
      norms;  ///< of tensors with two dimensions or more, of the weights the run was tested with
  std::optional<ExecutedBlocks> blocks;  ///< empty unless blocks were skipped per batch
};

/// Empty where the run is not finished or a file is damaged; the latter is added to the run's
/// problems.
std::optional<SavedWeights> read_saved_weights(Run& run);

}  // namespace temper::report
