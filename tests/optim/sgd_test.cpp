#include "temper/optim/sgd.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/optim/optimizer.h"
#include "tests/support/golden.h"

namespace temper::optim {
namespace {

/// Parameters of every layout: channels-last, plain, and (with `strided`) with gaps in its memory.
std::vector<Target> parameters(const nlohmann::json& initial, at::ScalarType type, bool strided) {
  std::vector<Target> targets;
  for (const char* name : {"conv", "linear", "bias"}) {
    auto value = temper::testing::tensor(initial[name]).to(type);
    if (value.dim() == 4) value = value.contiguous(at::MemoryFormat::ChannelsLast);
    if (strided && value.dim() == 2)
      value = at::empty({value.size(0), 2 * value.size(1)}, value.options())
                  .slice(1, 0, at::nullopt, 2)
                  .copy_(value);
    targets.push_back({name, value.set_requires_grad(true), value.dim() > 1});
  }
  return targets;
}

Sgd options_of(const nlohmann::json& json) {
  Sgd sgd{.lr = json["lr"], .momentum = json["momentum"]};
  sgd.dampening = json.value("dampening", 0.0);
  sgd.nesterov = json.value("nesterov", false);
  sgd.weight_decay = json.value("weight_decay", 0.0);
  if (json.contains("decay")) sgd.decay = Decay::decoupled;
  return sgd;
}

class SgdGolden : public ::testing::Test {
 protected:
  std::vector<Target> run(const nlohmann::json& options, at::ScalarType type, bool strided) {
    auto targets = parameters(golden["initial"], type, strided);
    Sgd sgd = options_of(options);
    auto state = start(Optimizer(sgd), targets);
    for (std::int64_t step = 0; step < 25; ++step) {
      // A gradient in another layout than its parameter's, as a backward pass may leave it.
      for (auto& target : targets)
        target.value.mutable_grad() =
            temper::testing::tensor(golden["gradients"][target.name])[step].to(type);
      sgd.lr = options["lr"].get<double>() * golden["lr_factors"][step].get<double>();
      temper::optim::step(Optimizer(sgd), targets, state);
    }
    EXPECT_EQ(state.step, 25);
    return targets;
  }

  void agrees(at::ScalarType type, const char* column, double tolerance, bool strided) {
    for (const auto& golden_case : golden["cases"])
      for (const auto& target : run(golden_case["options"], type, strided)) {
        const auto expected = temper::testing::tensor(golden_case[column][target.name]).to(type);
        EXPECT_TRUE(at::allclose(target.value, expected, tolerance, tolerance))
            << golden_case["options"] << " " << target.name << " off by "
            << (target.value - expected).abs().max().item<double>();
      }
  }

  nlohmann::json golden = temper::testing::golden("optim/sgd.json");
};

TEST_F(SgdGolden, IsPyTorchsOver25StepsInFloat64) {
  agrees(at::kDouble, "float64", 1e-12, false);
}

TEST_F(SgdGolden, IsPyTorchsOver25StepsInFloat32) {
  agrees(at::kFloat, "float32", 1e-6, false);
}

TEST_F(SgdGolden, IsPyTorchsForParametersWithGapsInTheirMemory) {
  agrees(at::kDouble, "float64", 1e-12, true);
}

std::vector<Target> pair() {
  return {{"w", at::full({3}, 2.0, at::kDouble).set_requires_grad(true), true},
          {"frozen", at::full({3}, 2.0, at::kDouble), true}};
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

TEST(Sgd, TakesAMissingGradientForZero) {
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

TEST(Sgd, GoesOnFromACopiedState) {
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

TEST(Sgd, LeavesNoTraceInAutograd) {
  auto targets = pair();
  auto state = start(Sgd{}, targets);
  targets[0].value.mutable_grad() = at::full({3}, 0.5, at::kDouble);
  step(Optimizer(Sgd{.weight_decay = 0.1, .decay = Decay::decoupled}), targets, state);
  EXPECT_TRUE(targets[0].value.is_leaf());
  EXPECT_TRUE(targets[0].value.requires_grad());
  EXPECT_FALSE(state.tensors[0].second.requires_grad());
}

TEST(Sgd, RefusesNesterovWhereItMeansNothing) {
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
