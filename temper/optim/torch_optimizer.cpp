#include "temper/optim/torch_optimizer.h"

#include <ATen/core/grad_mode.h>
#include <torch/serialize/archive.h>

#include <memory>
#include <utility>

namespace temper::optim {
namespace {

constexpr auto kStep = "step";

/// The options that LibTorch's schedulers read and write.
class Rate final : public torch::optim::OptimizerCloneableOptions<Rate> {
 public:
  explicit Rate(double lr) : lr_(lr) {}
  [[nodiscard]] double get_lr() const override { return lr_; }
  void set_lr(const double lr) override { lr_ = lr; }

 private:
  double lr_;
};

double rate_of(const Optimizer& rule) {
  return std::visit([](const auto& options) { return options.lr; }, rule);
}

std::vector<at::Tensor> values(const std::vector<Target>& targets) {
  std::vector<at::Tensor> result;
  for (const auto& target : targets) result.push_back(target.value);
  return result;
}

}  // namespace

TorchOptimizer::TorchOptimizer(const optim::Optimizer& rule, std::vector<Target> targets)
    : torch::optim::Optimizer(values(targets), std::make_unique<Rate>(rate_of(rule))),
      rule_(rule),
      targets_(std::move(targets)) {
  check(rule_);
  memory_ = start(rule_, targets_);
}

at::Tensor TorchOptimizer::step(LossClosure closure) {
  at::Tensor loss;
  if (closure) {
    const at::AutoGradMode with_gradients(true);
    loss = closure();
  }
  const double lr = param_groups().front().options().get_lr();
  std::visit([&](auto& options) { options.lr = lr; }, rule_);
  optim::step(rule_, targets_, memory_);
  return loss;
}

void TorchOptimizer::save(torch::serialize::OutputArchive& archive) const {
  archive.write(kStep, c10::IValue(memory_.step));
  for (const auto& [name, tensor] : memory_.tensors) archive.write(name, tensor);
}

void TorchOptimizer::load(torch::serialize::InputArchive& archive) {
  const at::NoGradGuard guard;
  c10::IValue step;
  archive.read(kStep, step);
  for (const auto& [name, tensor] : memory_.tensors) {
    at::Tensor saved;
    archive.read(name, saved);
    tensor.copy_(saved);
  }
  memory_.step = step.toInt();
}

}  // namespace temper::optim
