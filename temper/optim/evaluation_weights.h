#pragma once
#include <span>
#include <vector>

#include "temper/optim/optimizer.h"

namespace temper::optim {

/// Whether the weights to evaluate, x, differ from those that are trained, as with the
/// schedule-free optimizers.
bool evaluates_average(const Optimizer& optimizer);

/// Replaces the weights by x during its lifetime, for evaluation and export. Its destructor, also
/// after an exception, restores the trained weights bit for bit. Buffers, such as BatchNorm's
/// running statistics, still belong to the trained weights: recalibrate them. Does nothing for an
/// optimizer whose trained weights are those to evaluate.
class EvaluationWeights {
 public:
  /// @param targets  the same parameters in the same order as in start()
  EvaluationWeights(const Optimizer& optimizer, std::span<const Target> targets,
                    const State& state);
  ~EvaluationWeights();
  EvaluationWeights(const EvaluationWeights&) = delete;
  EvaluationWeights& operator=(const EvaluationWeights&) = delete;
  EvaluationWeights(EvaluationWeights&&) = delete;
  EvaluationWeights& operator=(EvaluationWeights&&) = delete;

 private:
  std::vector<at::Tensor> weights_;
  std::vector<at::Tensor> before_;
};

}  // namespace temper::optim
