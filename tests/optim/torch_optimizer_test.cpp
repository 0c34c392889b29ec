#include "temper/optim/torch_optimizer.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/linspace.h>
#include <gtest/gtest.h>
#include <torch/optim/schedulers/step_lr.h>
#include <torch/serialize.h>

#include <sstream>

namespace temper::optim {
namespace {

std::vector<Target> one() {
  return {{.name = "w", .value = at::linspace(-1, 2, 6, at::kDouble).set_requires_grad(true)}};
}

void backward(const Target& target) {
  target.value.mutable_grad().reset();
  target.value.square().sum().backward();
}

TEST(TorchOptimizer, StepsAsItsRuleDoes) {
  const AdaBelief rule{.lr = 0.05, .weight_decay = 0.1};
  auto direct = one();
  auto wrapped = one();
  auto state = start(rule, direct);
  TorchOptimizer optimizer(rule, wrapped);
  for (int i = 0; i < 5; ++i) {
    backward(direct[0]);
    step(Optimizer(rule), direct, state);
    optimizer.step([&] {
      backward(wrapped[0]);
      return wrapped[0].value.sum();
    });
  }
  EXPECT_TRUE(at::equal(direct[0].value, wrapped[0].value));
}

TEST(TorchOptimizer, TakesItsRateFromLibTorchsSchedulers) {
  auto targets = one();
  const auto before = targets[0].value.detach().clone();
  TorchOptimizer optimizer(Sgd{.lr = 0.5, .momentum = 0}, targets);
  torch::optim::StepLR schedule(optimizer, 1, /*gamma=*/0);
  for (int i = 0; i < 2; ++i) schedule.step();  // it starts at epoch 0
  backward(targets[0]);
  optimizer.step();
  EXPECT_TRUE(at::equal(targets[0].value, before));
}

TEST(TorchOptimizer, ContinuesFromWhatItSaved) {
  const NAdam rule{.lr = 0.05};
  auto first = one();
  TorchOptimizer optimizer(rule, first);
  for (int i = 0; i < 3; ++i) {
    backward(first[0]);
    optimizer.step();
  }
  std::stringstream file;
  torch::save(optimizer, file);

  auto second = one();
  second[0].value.detach().copy_(first[0].value.detach());
  TorchOptimizer loaded(rule, second);
  torch::load(loaded, file);
  EXPECT_EQ(loaded.memory().step, 3);
  for (auto* each : {&first, &second}) backward((*each)[0]);
  optimizer.step();
  loaded.step();
  EXPECT_TRUE(at::equal(first[0].value, second[0].value));
}

}  // namespace
}  // namespace temper::optim
