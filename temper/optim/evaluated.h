#pragma once
#include <span>
#include <vector>

#include "temper/optim/optimizer.h"

namespace temper::optim {

/// Whether the weights that count, x, are other than those that are trained: the schedule-free
/// rules.
bool evaluates_elsewhere(const Optimizer& optimizer);

/// The weights are x while this lives, for evaluation and export; leaving the scope, also by an
/// exception, puts the trained ones back to the bit. Buffers, such as BatchNorm's statistics, are
/// those of the trained weights: estimate them again. Does nothing for an optimizer that trains
/// what counts.
class AtEvaluation {
 public:
  /// @param targets  the same parameters in the same order as at the start
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
