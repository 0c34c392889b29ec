#include "temper/optim/rules/schedule_free.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "temper/optim/evaluation_weights.h"

namespace temper::optim {
namespace {

std::vector<Target> one(at::ScalarType type = at::kDouble) {
  return {{.name = "w", .value = at::linspace(-1, 2, 6, type).set_requires_grad(true)}};
}

/// `steps` steps on the loss sum(w^2) / 2.
State descend(const Optimizer& optimizer, std::span<const Target> targets, int steps) {
  auto state = start(optimizer, targets);
  for (int i = 0; i < steps; ++i) {
    for (const auto& target : targets) target.value.mutable_grad() = target.value.detach().clone();
    step(optimizer, targets, state);
  }
  return state;
}

TEST(ScheduleFree, EvaluatesTheAverageOfItsSteps) {
  const ScheduleFreeSgd sgd{.lr = 0.2};
  const auto start_weights = one();
  auto average = at::zeros_like(start_weights[0].value.detach());
  for (int steps = 1; steps <= 5; ++steps) {
    auto targets = one();
    const auto state = descend(sgd, targets, steps);
    average += state.tensors[0].second;
    const EvaluationWeights evaluation(sgd, targets, state);
    EXPECT_TRUE(at::allclose(targets[0].value, average / steps, 1e-12, 1e-12));
  }
}

TEST(ScheduleFree, GivesStepsAtLearningRate0NoWeight) {
  ScheduleFreeSgd sgd{.lr = 0};
  auto targets = one();
  auto state = start(sgd, targets);
  for (int i = 0; i < 3; ++i) {
    targets[0].value.mutable_grad() = targets[0].value.detach().clone();
    step(Optimizer(sgd), targets, state);
  }
  EXPECT_TRUE(at::equal(targets[0].value, one()[0].value));
  sgd.lr = 0.1;
  step(Optimizer(sgd), targets, state);
  EXPECT_TRUE(at::allclose(targets[0].value, 0.9 * one()[0].value));
}

TEST(ScheduleFree, RestoresTheTrainedWeightsAlsoAfterAnException) {
  for (const auto type : {at::kDouble, at::kFloat, at::kBFloat16})
    for (const Optimizer& optimizer :
         {Optimizer(ScheduleFreeSgd{.lr = 0.2}), Optimizer(ScheduleFreeAdamW{.lr = 0.2})}) {
      auto targets = one(type);
      const auto state = descend(optimizer, targets, 5);
      const auto trained = targets[0].value.detach().clone();
      EXPECT_THROW(
          {
            const EvaluationWeights evaluation(optimizer, targets, state);
            EXPECT_FALSE(at::equal(targets[0].value, trained));
            throw std::runtime_error("no accuracy");
          },
          std::runtime_error);
      EXPECT_TRUE(at::equal(targets[0].value, trained));
    }
}

TEST(ScheduleFree, AloneEvaluatesElsewhere) {
  EXPECT_TRUE(evaluates_average(ScheduleFreeAdamW{}));
  EXPECT_FALSE(evaluates_average(AdamW{}));
  auto targets = one();
  const auto state = descend(AdamW{}, targets, 3);
  const auto trained = targets[0].value.detach().clone();
  const EvaluationWeights evaluation(AdamW{}, targets, state);
  EXPECT_TRUE(at::equal(targets[0].value, trained));
}

TEST(ScheduleFree, DecaysWithEitherDecayScale) {
  ScheduleFreeAdamW adam{.lr = 0.5, .weight_decay = 0.1};
  auto by_rate = one();
  descend(adam, by_rate, 4);
  adam.weight_decay = 0.05;
  adam.decay_scale = DecayScale::none;
  auto by_nothing = one();
  descend(adam, by_nothing, 4);
  EXPECT_TRUE(at::allclose(by_rate[0].value, by_nothing[0].value, 1e-12, 1e-12));
}

}  // namespace
}  // namespace temper::optim
