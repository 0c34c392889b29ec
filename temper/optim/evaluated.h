#pragma once
#include <span>
#include <vector>

#include "temper/optim/optimizer.h"

namespace temper::optim {

/// Whether the weights to evaluate, x, differ from those that are trained, as with the
/// schedule-free optimizers.
bool evaluates_elsewhere(const Optimizer& optimizer);

/// Replaces the weights by x during its lifetime, for evaluation and export. Its destructor, also
/// after an exception, restores the trained weights bit for bit. Buffers, such as BatchNorm's
/// running statistics, still belong to the trained weights: recalibrate them. Does nothing for an
/// optimizer whose trained weights are those to evaluate.
class AtEvaluation {
 public:
  /// @param targets  the same parameters in the same order as in start()
  AtEvaluation(const Optimizer& optimizer, std::span<const Target> targets, const State& state);
  ~AtEvaluation();
  AtEvaluation(const AtEvaluation&) = delete;
  AtEvaluation& operator=(const AtEvaluation&) = delete;
  AtEvaluation(AtEvaluation&&) = delete;
  AtEvaluation& operator=(AtEvaluation&&) = delete;

 private:
  std::vector<at::Tensor> weights_;
  std::vector<at::Tensor> before_;
};

}  // namespace temper::optim
