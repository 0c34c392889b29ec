#include "temper/optim/master.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/linspace.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/optim/evaluation_weights.h"
#include "temper/optim/lookahead.h"
#include "temper/optim/optimizer.h"
#include "temper/optim/sam.h"

namespace temper::optim {
namespace {

/// A reduced-precision parameter between two of float32.
std::vector<Target> mixed(at::ScalarType type) {
  std::vector<Target> targets;
  for (const auto& [name, own] :
       {std::pair{"first", at::kFloat}, {"second", type}, {"third", at::kFloat}})
    targets.push_back({.name = name,
                       .value = at::linspace(-1, 2, 8, at::kDouble)
                                    .to(at::kBFloat16)
                                    .to(own)
                                    .set_requires_grad(true)});
  return targets;
}

void differentiate(std::span<const Target> targets, int step) {
  for (const auto& target : targets)
    target.value.mutable_grad() = at::linspace(0.5, -0.25 * step, 8, at::kDouble)
                                      .to(at::kBFloat16)
                                      .to(target.value.scalar_type());
}

TEST(Master, AccumulatesStepsTooSmallForTheParameter) {
  std::vector<Target> targets{
      {.name = "w", .value = at::full({3}, 1.0, at::kBFloat16).set_requires_grad(true)}};
  const Optimizer sgd = Sgd{.lr = 1e-3, .momentum = 0};
  auto state = start(sgd, targets);
  for (int i = 0; i < 100; ++i) {
    targets[0].value.mutable_grad() = at::full({3}, 1.0, at::kBFloat16);
    step(sgd, targets, state);
  }
  EXPECT_TRUE(at::equal(targets[0].value, at::full({3}, 0.9, at::kBFloat16)));
}

TEST(Master, IsNotMadeForFloat32Parameters) {
  const auto targets = mixed(at::kFloat);
  const auto state = start(Sgd{}, targets);
  EXPECT_EQ(start(Sgd{}, mixed(at::kBFloat16)).tensors.size(), state.tensors.size() + 1);
  update_masters(targets, {}, [&](std::span<const Target> stepped) {
    EXPECT_EQ(stepped.data(), targets.data());
  });
}

TEST(Master, IsUsedByLookaheadAndSamToo) {
  const Optimizer adam = Adam{.lr = 0.05};
  const Lookahead lookahead{.k = 2};
  std::vector<std::vector<Target>> runs{mixed(at::kBFloat16), mixed(at::kFloat)};
  for (auto& targets : runs) {
    auto state = start(adam, targets);
    add_slow_weights(state, targets);
    for (const auto& [name, tensor] : state.tensors)
      EXPECT_NE(tensor.scalar_type(), at::kBFloat16) << name;
    for (int i = 0; i < 5; ++i) {
      differentiate(targets, i);
      {
        const PerturbedWeights perturbed(Sam{}, targets);
      }
      step(adam, targets, state);
      lookahead_step(lookahead, targets, state);
    }
  }
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(at::equal(runs[0][i].value, runs[1][i].value.to(runs[0][i].value.scalar_type())));
}

TEST(Master, TakesOverChangesOfTheParameter) {
  const Optimizer sgd = Sgd{.lr = 0.5, .momentum = 0};
  auto targets = mixed(at::kBFloat16);
  auto state = start(sgd, targets);
  {
    const at::NoGradGuard guard;
    targets[1].value.fill_(3);
  }
  for (auto& target : targets)
    target.value.mutable_grad() = at::full_like(target.value.detach(), 1);
  step(sgd, targets, state);
  EXPECT_TRUE(at::equal(targets[1].value, at::full({8}, 2.5, at::kBFloat16)));
}

TEST(Master, OfAFrozenParameterIsNotUpdated) {
  auto targets = mixed(at::kBFloat16);
  targets[1].frozen = true;
  const auto before = targets[1].value.detach().clone();
  auto state = start(Sgd{}, targets);
  differentiate(targets, 1);
  step(Optimizer(Sgd{}), targets, state);
  EXPECT_TRUE(at::equal(targets[1].value, before));
  EXPECT_FALSE(at::equal(targets[0].value, before.to(at::kFloat)));
}

TEST(Master, MustBeInTheState) {
  const auto full = mixed(at::kFloat);
  auto state = start(Sgd{}, full);
  EXPECT_THROW(step(Optimizer(Sgd{}), mixed(at::kBFloat16), state), Error);
}

}  // namespace
}  // namespace temper::optim
