#pragma once
#include <torch/optim/optimizer.h>

#include <vector>

#include "temper/optim/optimizer.h"

namespace temper::optim {

/// Any of temper's optimizers with LibTorch's interface, for training loops that are written for
/// torch::optim. LibTorch's learning rate schedulers can be used with it: the learning rate of its
/// only parameter group is the optimizer's `lr`.
class TorchOptimizer final : public torch::optim::Optimizer {
 public:
  /// Throws Error{Code::usage} for options that don't go together.
  /// @param targets  names must be unique: the state is saved under them
  TorchOptimizer(const optim::Optimizer& rule, std::vector<Target> targets);

  /// @param closure  if given, it is called first and its loss is returned
  at::Tensor step(LossClosure closure = nullptr) override;

  /// Saves the state, each tensor under its name.
  void save(torch::serialize::OutputArchive& archive) const override;
  /// Loads a state of the same optimizer over the same parameters; throws c10::Error otherwise.
  void load(torch::serialize::InputArchive& archive) override;

  [[nodiscard]] const State& memory() const { return memory_; }

 private:
  optim::Optimizer rule_;
  std::vector<Target> targets_;
  State memory_;
};

}  // namespace temper::optim
