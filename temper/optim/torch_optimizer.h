#pragma once
#include <torch/optim/optimizer.h>

#include <vector>

#include "temper/optim/optimizer.h"

namespace temper::optim {

/// Any of temper's optimizers behind LibTorch's interface, for training loops that are written for
/// torch::optim. LibTorch's learning rate schedulers may drive it; its one group's rate is the
/// optimizer's `lr`.
class TorchOptimizer final : public torch::optim::Optimizer {
 public:
  /// Throws Error{Code::usage} for options that don't go together.
  /// @param targets  names must differ: what is remembered is saved under them
  TorchOptimizer(const optim::Optimizer& rule, std::vector<Target> targets);

  /// @param closure  when given, is called first and its loss returned
  at::Tensor step(LossClosure closure = nullptr) override;

  /// Everything that is remembered, under its names.
  void save(torch::serialize::OutputArchive& archive) const override;
  /// Into the state of the same optimizer over the same parameters; throws c10::Error otherwise.
  void load(torch::serialize::InputArchive& archive) override;

  [[nodiscard]] const State& memory() const { return memory_; }

 private:
  optim::Optimizer rule_;
  std::vector<Target> targets_;
  State memory_;
};

}  // namespace temper::optim
