// Random tensors at an address, gradient noise and early stopping.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <limits>

#include "temper/core/random.h"
#include "temper/regularize/bulk.h"
#include "temper/regularize/early_stopping.h"
#include "temper/regularize/gradient_noise.h"
#include "tests/support/golden.h"

namespace temper::regularize {
namespace {

TEST(Bulk, IsPhilox) {
  const auto like = at::empty({1, 300});
  const Source source{.key = {7, 9}, .stream = 3, .first = 70};
  const auto units = draw_uniform({like.sizes(), like}, source, 0, 1);
  for (const std::int64_t i : {0, 5, 57, 58, 122, 299}) {
    const auto word = source.first + i;
    const auto block = static_cast<std::uint32_t>(word / 64 * 16 + word % 16);
    const auto bits = philox({block, 0, 3, 0}, {7, 9})[static_cast<std::size_t>(word % 64 / 16)];
    EXPECT_FLOAT_EQ(units[0][i].item<float>(), (static_cast<float>(bits >> 8) + 0.5F) * 0x1p-24F)
        << i;
  }
}

TEST(Bulk, IsTheSameInAnyNumberOfThreads) {
  const auto like = at::empty({64, 9, 33, 31}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = draw_mask({like.sizes(), like}, {.key = {1, 2}}, 0.4, 1.5);
  at::set_num_threads(2);
  EXPECT_TRUE(at::equal(alone, draw_mask({like.sizes(), like}, {.key = {1, 2}}, 0.4, 1.5)));
  at::set_num_threads(threads);
}

TEST(Bulk, KeepsWithItsRate) {
  const auto like = at::empty({1000000});
  for (const double rate : {0.0, 0.01, 0.5, 0.999}) {
    const auto kept = draw_mask({like.sizes(), like}, {.key = {5, 6}}, rate, 1).mean();
    EXPECT_NEAR(kept.item<double>(), 1 - rate, 4.5 * std::sqrt(rate * (1 - rate) / 1e6) + 1e-7);
  }
}

TEST(Bulk, IsNormal) {
  const auto like = at::empty({1000000});
  const auto x = draw_normal({like.sizes(), like}, {.key = {5, 6}}, 0, 1).to(at::kDouble);
  EXPECT_NEAR(x.mean().item<double>(), 0, 0.005);
  EXPECT_NEAR(x.square().mean().item<double>(), 1, 0.007);
  EXPECT_NEAR(x.pow(3).mean().item<double>(), 0, 0.02);
  EXPECT_NEAR(x.pow(4).mean().item<double>(), 3, 0.05);
  EXPECT_NEAR(x.abs().lt(1.96).to(at::kDouble).mean().item<double>(), 0.95, 0.001);
}

TEST(Bulk, LeavesTheGlobalGeneratorAlone) {
  const auto before = at::detail::getDefaultCPUGenerator().get_state();
  const auto like = at::empty({100});
  draw_normal({like.sizes(), like}, {.key = {5, 6}}, 0, 1);
  EXPECT_TRUE(at::equal(before, at::detail::getDefaultCPUGenerator().get_state()));
}

TEST(Coin, IsOneForTheBatchInAllItsParts) {
  const double first = uniform_for_batch({{.seed = 1, .step = 2}, 3});
  EXPECT_EQ(first, uniform_for_batch({{.seed = 1, .step = 2, .first_row = 16}, 3}));
  EXPECT_NE(first, uniform_for_batch({{.seed = 1, .step = 3}, 3}));
  EXPECT_NE(first, uniform_for_batch({{.seed = 1, .step = 2, .pass = 1}, 3}));
  EXPECT_NE(first, uniform_for_batch({{.seed = 1, .step = 2}, 3}, 1));
}

TEST(GradientNoise, HasThePapersVarianceAndFalls) {
  const auto golden = temper::testing::golden("regularize/drop.json")["gradient_noise"];
  const GradientNoise options{.eta = golden["eta"], .gamma = golden["gamma"]};
  std::int64_t step = 0;
  for (const auto& deviation : golden["deviations"])
    EXPECT_NEAR(std::sqrt(noise_variance(options, step++)), deviation, 1e-15);

  const auto weight = at::ones({200, 500}).set_requires_grad(true);
  weight.mutable_grad() = at::ones({200, 500});
  add_noise(options, {"weight", weight}, {.seed = 1, .step = 4});
  EXPECT_NEAR(weight.grad().mean().item<double>(), 1, 0.01);
  EXPECT_NEAR(weight.grad().std().item<double>(), golden["deviations"][4], 0.01);
}

TEST(GradientNoise, IsAnotherForEveryWeightAndStep) {
  std::vector<at::Tensor> weights;
  for (int i = 0; i < 2; ++i) {
    weights.push_back(at::zeros({50}).set_requires_grad(true));
    weights.back().mutable_grad() = at::zeros({50});
  }
  const auto add = [&](const Pass& pass) {
    add_noise({}, {"conv1.weight", weights[0]}, pass);
    add_noise({}, {"conv2.weight", weights[1]}, pass);
  };
  add({.step = 1});
  const auto first = weights[0].grad().clone();
  EXPECT_FALSE(at::equal(first, weights[1].grad()));
  add({.step = 2});
  EXPECT_FALSE(at::allclose(weights[0].grad(), first * 2));
  weights[0].mutable_grad().zero_();
  add({.step = 1, .first_row = 7});
  EXPECT_TRUE(at::equal(weights[0].grad(), first));
}

TEST(GradientNoise, LeavesWeightsWithoutAGradientAlone) {
  const auto weight = at::zeros({5}).set_requires_grad(true);
  add_noise({}, {"weight", weight}, {});
  EXPECT_FALSE(weight.grad().defined());
}

/// The epoch after which training ends, 0: never.
std::int64_t end_of(const EarlyStopping& options, const std::vector<double>& values,
                    EarlyStoppingState& memory) {
  std::int64_t epoch = 0;
  for (const double value : values) {
    observe(options, value, ++epoch, memory);
    if (should_stop(options, memory)) return epoch;
  }
  return 0;
}

TEST(EarlyStopping, EndsAfterItsPatience) {
  EarlyStoppingState memory;
  EXPECT_EQ(end_of({.patience = 2}, {3, 2, 2.5, 1, 1.2, 1.1, 0.5}, memory), 6);
  EXPECT_EQ(memory, (EarlyStoppingState{.seen = true, .best = 1, .best_epoch = 4, .waited = 2}));
}

TEST(EarlyStopping, AsksForTheImprovementThatIsAskedFor) {
  EarlyStoppingState memory;
  EXPECT_EQ(end_of({.patience = 3, .minimum_improvement = 0.5}, {3, 2.9, 2.6, 2.4}, memory), 0);
  EXPECT_EQ(memory.best_epoch, 4);
}

TEST(EarlyStopping, FollowsAccuracyUpwards) {
  EarlyStoppingState memory;
  EXPECT_EQ(end_of({.patience = 2, .measure = StoppingMetric::validation_accuracy},
                   {0.5, 0.7, 0.6, 0.7}, memory),
            4);
  EXPECT_EQ(memory.best_epoch, 2);
}

TEST(EarlyStopping, SeesNoImprovementInWhatIsNoNumber) {
  EarlyStoppingState memory;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(end_of({.patience = 2}, {nan, 1, nan, 2}, memory), 4);
  EXPECT_EQ(memory.best, 1);
}

}  // namespace
}  // namespace temper::regularize
