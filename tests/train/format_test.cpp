// Training in bfloat16: every change of the weights must reach the bfloat16 copies that the layers
// compute with.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "temper/train/precision.h"
#include "temper/train/step.h"
#include "tests/support/casts.h"

namespace temper::train {
namespace {

constexpr model::Task kTask{.channels = 3, .height = 8, .width = 8, .classes = 4};

data::Batch batch() {
  constexpr std::int64_t n = 8;
  const auto images = at::linspace(-1, 1, n * 3 * 8 * 8).mul(1e3).sin().reshape({n, 3, 8, 8});
  return {.views = {images.contiguous(at::MemoryFormat::ChannelsLast)},
          .labels = at::arange(n, at::kLong).remainder(4),
          .targets = at::full({n, 4}, 0.25),
          .labelled = at::full({n}, true, at::kBool),
          .ids = at::arange(n, at::kLong)};
}

recipe::Recipe in_bf16() {
  recipe::Recipe recipe;
  recipe.precision = recipe::Precision::bf16;
  recipe.model = model::ResNet{.blocks = {1, 1}, .zero_init_last = false};
  return recipe;
}

std::unique_ptr<model::Network> network_of(const recipe::Recipe& recipe) {
  return model::build(recipe.model, kTask, 1);
}

/// Of a pass without gradients, in training or evaluation mode.
at::Tensor logits(model::Network& network, bool training) {
  const at::NoGradGuard guard;
  network.train(training);
  auto found = network.forward(batch().views.front());
  network.train(true);
  return found;
}

/// After every step the network gives the same logits as a new one with its weights.
void expect_fresh_copies(const recipe::Recipe& recipe) {
  auto state = start(recipe, network_of(recipe), {.steps_per_epoch = 4, .total_steps = 4});
  state.network->train(true);
  const auto before = logits(*state.network, /*training=*/false);
  Times times;
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(step(state, recipe, batch(), times).not_finite);
    EXPECT_FALSE(at::equal(logits(*state.network, /*training=*/false), before))
        << "nothing was learnt";
    const auto other = network_of(recipe);
    other->set_format(at::kBFloat16);
    {
      const at::NoGradGuard guard;
      const auto from = weights(*state.network);
      const auto to = weights(*other);
      for (std::size_t k = 0; k < from.size(); ++k) to[k].second.copy_(from[k].second);
    }
    for (const bool training : {false, true})
      EXPECT_TRUE(at::equal(logits(*state.network, training), logits(*other, training)))
          << "step " << i << (training ? ", training" : ", evaluation");
  }
}

/// In the first training pass after an update, only weights that the update does not write in a
/// single pass are cast.
void expect_casts(const recipe::Recipe& recipe, std::string_view optimizer) {
  auto state = start(recipe, network_of(recipe), {.steps_per_epoch = 4, .total_steps = 4});
  state.network->train(true);
  std::int64_t expected = 0;
  for (const auto& [name, value, kind, layer, copy] : state.network->parameters())
    if (optimizer == "lamb" || (optimizer == "muon" && kind == model::ParameterKind::weight))
      expected += copy.defined() ? 1 : 0;
  Times times;
  for (int i = 0; i < 2; ++i) {
    ASSERT_FALSE(step(state, recipe, batch(), times).not_finite);
    EXPECT_EQ(temper::testing::casts(*state.network, batch().views.front()), expected);
    for (const auto& [name, value, kind, layer, copy] : state.network->parameters())
      EXPECT_TRUE(!copy.defined() || at::equal(copy, value.detach().to(at::kBFloat16))) << name;
  }
}

template <class Check, std::size_t... I>
void for_every_optimizer(const Check& check, std::index_sequence<I...>) {
  const auto one = [&](auto options) {
    SCOPED_TRACE(std::string(decltype(options)::kind));
    auto recipe = in_bf16();
    recipe.optimizer = options;
    check(recipe, decltype(options)::kind);
  };
  (one(std::variant_alternative_t<I, optim::Optimizer>{}), ...);
}

constexpr auto kEvery = std::make_index_sequence<std::variant_size_v<optim::Optimizer>>();

TEST(Bf16Step, EveryOptimizersUpdatesReachTheLayers) {
  for_every_optimizer([](const auto& recipe, std::string_view) { expect_fresh_copies(recipe); },
                      kEvery);
}

TEST(Bf16Step, SoDoWhatStandsAroundThem) {
  auto recipe = in_bf16();
  recipe.sam = optim::Sam{};
  recipe.lookahead = optim::Lookahead{};
  recipe.max_norm = regularize::MaxNorm{};
  recipe.averaging = {regularize::Ema{}};
  recipe.data.micro_batches = 2;
  expect_fresh_copies(recipe);
}

TEST(Bf16Step, UpdatesWriteTheCopiesOfTheLayers) {
  for_every_optimizer(expect_casts, kEvery);
}

TEST(Bf16Step, WeightsGradientsAndStateAreFloat) {
  const auto recipe = in_bf16();
  auto state = start(recipe, network_of(recipe), {.steps_per_epoch = 4, .total_steps = 4});
  EXPECT_EQ(state.network->format(), format_of(recipe.precision));
  Times times;
  const auto result = step(state, recipe, batch(), times);
  EXPECT_EQ(result.loss.scalar_type(), at::kFloat);
  for (const auto& [name, tensor] : weights(*state.network))
    EXPECT_NE(tensor.scalar_type(), at::kBFloat16) << name;
  for (const auto& [name, tensor] : state.optimizer.tensors)
    EXPECT_NE(tensor.scalar_type(), at::kBFloat16) << name;
}

}  // namespace
}  // namespace temper::train
