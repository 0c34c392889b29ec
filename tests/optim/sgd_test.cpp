#include "temper/optim/rules/sgd.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/optim/optimizer.h"

namespace temper::optim {
namespace {

std::vector<Target> pair() {
  return {{"w", at::full({3}, 2.0, at::kDouble).set_requires_grad(true)},
          {"frozen", at::full({3}, 2.0, at::kDouble)}};
}

at::Tensor after(const Sgd& sgd, int steps, double gradient) {
  auto targets = pair();
  auto state = start(sgd, targets);
  for (int i = 0; i < steps; ++i) {
    targets[0].value.mutable_grad() = at::full({3}, gradient, at::kDouble);
    step(Optimizer(sgd), targets, state);
  }
  EXPECT_TRUE(at::equal(targets[1].value, at::full({3}, 2.0, at::kDouble)));
  return targets[0].value.detach();
}

TEST(Sgd, DecaysAlikeInBothFormsWithoutMomentum) {
  const Sgd l2{.lr = 0.1, .momentum = 0, .weight_decay = 0.1};
  Sgd decoupled = l2;
  decoupled.decay = Decay::decoupled;
  EXPECT_TRUE(at::allclose(after(l2, 9, 0.5), after(decoupled, 9, 0.5), 1e-14, 1e-14));
}

TEST(Sgd, DecaysDifferentlyInItsTwoFormsWithMomentum) {
  const Sgd l2{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1};
  Sgd decoupled = l2;
  decoupled.decay = Decay::decoupled;
  EXPECT_FALSE(at::allclose(after(l2, 9, 0.5), after(decoupled, 9, 0.5), 1e-3, 1e-3));
}

TEST(Sgd, TreatsAMissingGradientAsZero) {
  const Sgd sgd{.lr = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 0.1};
  auto missing = pair();
  auto zero = pair();
  auto missing_state = start(sgd, missing);
  auto zero_state = start(sgd, zero);
  for (int i = 0; i < 4; ++i) {
    const auto gradient = at::full({3}, i == 0 ? 1.0 : 0.0, at::kDouble);
    zero[0].value.mutable_grad() = gradient;
    zero_gradients(missing);
    if (i == 0) missing[0].value.mutable_grad() = gradient;
    step(Optimizer(sgd), missing, missing_state);
    step(Optimizer(sgd), zero, zero_state);
  }
  EXPECT_TRUE(at::equal(missing[0].value, zero[0].value));
  EXPECT_FALSE(missing[0].value.grad().defined());
  EXPECT_FALSE(at::equal(missing[0].value, at::full({3}, 2.0, at::kDouble)));
}

TEST(Sgd, ContinuesFromACopiedState) {
  const Sgd sgd{.lr = 0.1, .momentum = 0.9, .dampening = 0.5};
  auto first = pair();
  auto state = start(sgd, first);
  first[0].value.mutable_grad() = at::full({3}, 0.5, at::kDouble);
  for (int i = 0; i < 3; ++i) step(Optimizer(sgd), first, state);

  auto second = pair();
  auto loaded = start(sgd, second);
  {
    const at::NoGradGuard guard;
    second[0].value.copy_(first[0].value);
    loaded.step = state.step;
    for (std::size_t i = 0; i < state.tensors.size(); ++i) {
      EXPECT_EQ(loaded.tensors[i].first, state.tensors[i].first);
      loaded.tensors[i].second.copy_(state.tensors[i].second);
    }
  }
  second[0].value.mutable_grad() = at::full({3}, 0.5, at::kDouble);
  step(Optimizer(sgd), first, state);
  step(Optimizer(sgd), second, loaded);
  EXPECT_TRUE(at::equal(first[0].value, second[0].value));
}

TEST(Sgd, IsNotRecordedByAutograd) {
  auto targets = pair();
  auto state = start(Sgd{}, targets);
  targets[0].value.mutable_grad() = at::full({3}, 0.5, at::kDouble);
  step(Optimizer(Sgd{.weight_decay = 0.1, .decay = Decay::decoupled}), targets, state);
  EXPECT_TRUE(targets[0].value.is_leaf());
  EXPECT_TRUE(targets[0].value.requires_grad());
  EXPECT_FALSE(state.tensors[0].second.requires_grad());
}

TEST(Sgd, RefusesNesterovWhereItHasNoEffect) {
  EXPECT_THROW(check(Optimizer(Sgd{.momentum = 0, .nesterov = true})), Error);
  EXPECT_THROW(check(Optimizer(Sgd{.dampening = 0.1, .nesterov = true})), Error);
  EXPECT_NO_THROW(check(Optimizer(Sgd{.momentum = 0.9, .nesterov = true})));
}

TEST(Sgd, RefusesAStateOfOtherParameters) {
  auto targets = pair();
  State state;
  EXPECT_THROW(step(Optimizer(Sgd{}), targets, state), Error);
}

}  // namespace
}  // namespace temper::optim
