// Numbers that are not finite in buffers, weights and averages.
#include "temper/train/guard.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/sum.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "temper/core/error.h"
#include "temper/model/layers.h"
#include "temper/train/checkpoint.h"
#include "temper/train/guarded_step.h"
#include "tests/train/own_network.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

constexpr std::int64_t kClasses = 3;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The mean over all pixels, BatchNorm and a linear layer: BatchNorm sees a value per image. With a
/// buffer that is infinite from the start, as masks are.
class OneValuePerImage final : public small::OwnNetwork {
 public:
  OneValuePerImage()
      : OwnNetwork(7),
        norm_(weights_, "norm", 2),
        classify_(weights_, "fc", 2, kClasses, model::ParameterKind::head) {
    weights_.buffer("mask", at::full({2}, -kInfinity));
  }

  at::Tensor compute(const at::Tensor& images) override {
    const auto x = norm_(images.mean({2, 3}, true), {.training = training_}).tensor();
    return classify_(x.flatten(1)).tensor();
  }

 private:
  model::BatchNorm norm_;
  model::Linear classify_;
};

data::Batch batch(std::int64_t rows, double scale = 1) {
  const auto labels = at::arange(rows, at::kLong).remainder(kClasses);
  const auto numbers = at::sin(at::arange(rows * 8, at::kFloat) * 1.7);
  return {.views = {numbers.reshape({rows, 2, 2, 2}) * scale},
          .labels = labels,
          .targets = at::one_hot(labels, kClasses).to(at::kFloat),
          .labelled = at::ones({rows}, at::kBool),
          .ids = at::arange(rows, at::kLong)};
}

State start(const recipe::Recipe& recipe) {
  return train::start(recipe, std::make_unique<OneValuePerImage>());
}

std::vector<Named> copies(const State& state) {
  std::vector<Named> all;
  for (const auto& [name, value] : weights(*state.network))
    all.emplace_back(name, value.detach().clone());
  return all;
}

/// Finite, and so large that a step of this rate gives infinite weights.
at::Tensor steep(const at::Tensor& logits, const at::Tensor&) {
  return logits.sum() * 1000;
}

recipe::Recipe steep_recipe() {
  recipe::Recipe recipe;
  recipe.loss = loss::Custom{.name = "steep", .function = steep};
  recipe.optimizer = optim::Sgd{.lr = 1e38, .momentum = 0};
  return recipe;
}

TEST(GuardedBuffers, OfOneValuePerChannelAreFoundAndTheStepIsNotApplied) {
  const recipe::Recipe recipe;
  auto state = start(recipe);
  const auto before = copies(state);
  Times times;
  const auto result = step(state, recipe, batch(1), times);
  ASSERT_TRUE(result.not_finite);
  EXPECT_TRUE(std::isfinite(result.not_finite->loss));
  EXPECT_EQ(result.not_finite->parameter, "");
  EXPECT_EQ(result.not_finite->tensor.value().text, "the buffer norm.running_var");
  EXPECT_TRUE(result.not_finite->tensor->is_buffer);
  for (const auto& target : state.targets)
    for (const auto& [name, value] : before)
      if (name == target.name) {
        EXPECT_TRUE(at::equal(value, target.value)) << name;
      }
}

TEST(GuardedBuffers, OfMicroBatchesOfOneImageAreFound) {
  recipe::Recipe recipe;
  recipe.data.micro_batches = 4;
  auto state = start(recipe);
  Times times;
  ASSERT_TRUE(step(state, recipe, batch(4), times).not_finite);
  recipe.data.micro_batches = 2;
  state = start(recipe);
  EXPECT_FALSE(step(state, recipe, batch(4), times).not_finite);
}

TEST(GuardedBuffers, WhoseVarianceOverflowsAreFoundThoughTheLossIsFinite) {
  const recipe::Recipe recipe;
  auto state = start(recipe);
  Times times;
  const auto result = step(state, recipe, batch(8, 1e25), times);
  ASSERT_TRUE(result.not_finite);
  EXPECT_TRUE(std::isfinite(result.not_finite->loss));
  EXPECT_EQ(result.not_finite->tensor.value().text, "the buffer norm.running_var");
  EXPECT_TRUE(result.not_finite->tensor->is_buffer);
}

TEST(GuardedBuffers, AreRestoredWhenTheStepIsSkipped) {
  recipe::Recipe recipe;
  recipe.guard.nan = recipe::OnNan::skip;
  auto state = start(recipe);
  const auto before = copies(state);
  Times times;
  EXPECT_TRUE(GuardedStep("")(state, recipe, batch(1), times).not_finite);
  const auto after = copies(state);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(at::equal(before[i].second, after[i].second)) << before[i].first;
  EXPECT_FALSE(GuardedStep("")(state, recipe, batch(8), times).not_finite);
}

TEST(GuardedBuffers, AreThoseThatWereFiniteAtTheStart) {
  const auto state = start({});
  std::vector<std::string> names;
  for (const auto& [name, value] : state.finite_buffers) names.push_back(name);
  EXPECT_THAT(names, ::testing::ElementsAre("norm.running_mean", "norm.running_var"));
  EXPECT_FALSE(find_not_finite(state));
}

TEST(GuardedState, NamesTheWeightAndTheAverage) {
  auto recipe = steep_recipe();
  recipe.averaging = {regularize::Ema{}, regularize::Lawa{}};
  auto state = start(recipe);
  {
    const at::NoGradGuard guard;
    state.averages[1].tensors[2].second.fill_(kInfinity);
  }
  EXPECT_EQ(find_not_finite(state).value().text,
            "average 2 of " + state.averages[1].tensors[2].first);
  Times times;
  EXPECT_FALSE(step(state, recipe, batch(8), times).not_finite) << "loss and gradients are finite";
  EXPECT_THAT(find_not_finite(state).value().text, ::testing::HasSubstr("the weight "));
  EXPECT_FALSE(find_not_finite(state)->is_buffer);
}

TEST(GuardedState, ARollbackUndoesAnUpdateThatLeavesInfiniteWeights) {
  const small::Directory anchors;
  auto recipe = steep_recipe();
  recipe.guard.nan = recipe::OnNan::rollback;
  auto state = start(recipe);
  write_checkpoint(snapshot(state, {}), anchors.path);
  const auto before = copies(state);
  Times times;
  const auto result = GuardedStep(anchors.path)(state, recipe, batch(8), times);
  ASSERT_TRUE(result.not_finite);
  EXPECT_THAT(result.not_finite->tensor.value().text, ::testing::HasSubstr("the weight "));
  EXPECT_EQ(state.step, 1);
  EXPECT_EQ(state.left_out, 1);
  const auto after = copies(state);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(at::equal(before[i].second, after[i].second)) << before[i].first;
}

TEST(GuardedState, NamesTheTensorOfTheOptimizerAndARollbackUndoesIt) {
  const small::Directory anchors;
  recipe::Recipe recipe;
  recipe.loss = loss::Custom{
      .name = "steep",
      .function = [](const at::Tensor& logits, const at::Tensor&) { return logits.sum() * 1e25; }};
  recipe.optimizer = optim::Adam{};
  auto state = start(recipe);
  Times times;
  EXPECT_FALSE(step(state, recipe, batch(8), times).not_finite) << "loss and gradients are finite";
  const auto found = find_not_finite(state);
  EXPECT_THAT(found.value().text, ::testing::HasSubstr("the optimizer's state "));
  EXPECT_FALSE(found->is_buffer);

  recipe.guard.nan = recipe::OnNan::rollback;
  state = start(recipe);
  write_checkpoint(snapshot(state, {}), anchors.path);
  const auto result = GuardedStep(anchors.path)(state, recipe, batch(8), times);
  EXPECT_EQ(result.not_finite.value().tensor.value().text, found->text);
  EXPECT_FALSE(find_not_finite(state));
}

TEST(GuardedAverages, HaveASnapshotAlsoOfAStepThatIsNotApplied) {
  for (const auto action : {recipe::OnNan::skip, recipe::OnNan::rollback}) {
    const small::Directory anchors;
    recipe::Recipe recipe;
    recipe.guard.nan = action;
    recipe.averaging = {regularize::Swa{.start = 0, .every = 2}, regularize::Ema{}};
    auto state = start(recipe);
    write_checkpoint(snapshot(state, {}), anchors.path);
    const GuardedStep step(anchors.path);
    Times times;
    EXPECT_FALSE(step(state, recipe, batch(8), times).not_finite);
    EXPECT_TRUE(step(state, recipe, batch(1), times).not_finite);
    EXPECT_EQ(state.averages[0].updates, 1);
    for (std::size_t i = 0; i < state.targets.size(); ++i)
      EXPECT_TRUE(at::equal(state.averages[0].tensors[i].second, state.targets[i].value))
          << state.targets[i].name;
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(step(state, recipe, batch(8), times).not_finite);
    EXPECT_EQ(state.averages[0].updates, 2);
    EXPECT_EQ(state.averages[1].updates, action == recipe::OnNan::skip ? 3 : 2);
  }
}

TEST(NotFiniteText, NamesWhatItIs) {
  SkippedStep event;
  EXPECT_EQ(not_finite_text(event), "");
  event.tensor = "the buffer bn1.running_var";
  EXPECT_EQ(not_finite_text(event), ", the buffer bn1.running_var is not finite");
  event.parameter = "fc.bias";
  EXPECT_EQ(not_finite_text(event), ", the gradient of fc.bias is not finite");
}

}  // namespace
}  // namespace temper::train
