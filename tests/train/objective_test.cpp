#include "temper/train/objective.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <utility>

#include "temper/core/error.h"
#include "temper/train/begin.h"
#include "temper/train/projection.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

constexpr std::int64_t kClasses = 4;

State state_of(const recipe::Recipe& recipe) {
  const model::Task task{.height = 8, .width = 8, .classes = kClasses};
  auto state = start(recipe, model::build(model::ResNet{.depth = 8, .width = 4}, task, 1));
  state.network->train(true);
  return state;
}

/// The last row has no label.
data::Batch batch(std::int64_t rows) {
  const auto images =
      at::sin(at::arange(rows * 3 * 8 * 8, at::kFloat) * 1.7).reshape({rows, 3, 8, 8});
  const auto labels = at::arange(rows, at::kLong).remainder(kClasses);
  const auto labelled = at::arange(rows).lt(rows - 1);
  return {.views = {images},
          .labels = labels,
          .targets = at::one_hot(labels, kClasses).to(at::kFloat),
          .labelled = labelled,
          .ids = at::arange(rows, at::kLong)};
}

TEST(Objective, ItsLossIsTheMeanOfTheLabeledRows) {
  const recipe::Recipe recipe;
  const auto state = state_of(recipe);
  const auto data = batch(6);
  const at::NoGradGuard guard;
  const Objective objective(recipe, state);
  const auto logits = objective.forward(data, {});
  const auto losses = objective.row_losses(data, logits);
  ASSERT_EQ(losses.size(), 6U);
  EXPECT_TRUE(std::isnan(losses.back()));
  double sum = 0;
  for (std::size_t row = 0; row + 1 < losses.size(); ++row) sum += losses[row];
  EXPECT_NEAR(objective.loss(data, logits).item<double>(), sum / 5, 1e-6);
}

TEST(Objective, TheViewsOfAnImageFollowOneAnother) {
  recipe::Recipe recipe;
  recipe.consistency = loss::Consistency{.views = 2};
  const auto state = state_of(recipe);
  auto data = batch(6);
  data.views.push_back(data.views.front() * 0.5);
  const at::NoGradGuard guard;
  const auto logits = Objective(recipe, state).forward(data, {});
  ASSERT_EQ(logits.all.size(0), 12);
  ASSERT_EQ(logits.first.size(0), 6);
  for (std::int64_t row = 0; row < 6; ++row)
    EXPECT_TRUE(logits.first[row].equal(logits.all[2 * row]));
}

TEST(Objective, WithoutItsTeacherItIsRefused) {
  recipe::Recipe recipe;
  recipe.distillation.emplace();
  const auto state = state_of(recipe);
  EXPECT_THROW(Objective(recipe, state), Error);
}

TEST(Objective, FeaturesAreComparedRowByRowAfterTheProjection) {
  recipe::Recipe recipe;
  recipe.distillation = loss::Distillation{.weight = 0, .features = loss::FeatureDistillation{}};
  const model::Task task{.height = 8, .width = 8, .classes = kClasses};
  auto network = model::build(model::ResNet{.depth = 8, .width = 4}, task, 1);
  const std::shared_ptr<model::Network> teacher = model::build(
      model::ResNet{.depth = 8, .width = 8}, {.height = 8, .width = 8, .classes = 7}, 2);
  teacher->train(false);
  auto projection = make_projection(*network, *teacher, 1);
  auto state = start(recipe, std::move(network), {}, std::move(projection));
  state.teacher = teacher;
  state.network->train(true);
  const auto data = batch(6);
  const Objective objective(recipe, state);
  const auto logits = objective.forward(data, {});
  EXPECT_EQ(logits.features.sizes(), logits.teacher_features.sizes());
  const auto losses = objective.row_losses(data, logits);
  double sum = 0;
  for (std::size_t row = 0; row + 1 < losses.size(); ++row) sum += losses[row];
  const auto loss = objective.loss(data, logits);
  EXPECT_NEAR(loss.item<double>(), sum / 5, 1e-6);

  loss.backward();
  for (const auto& target : state.targets) EXPECT_TRUE(target.value.grad().defined());
  for (const auto& parameter : teacher->parameters())
    EXPECT_FALSE(parameter.value.grad().defined());

  state.teacher.reset();
  EXPECT_THROW(Objective(recipe, state), Error);
}

TEST(Objective, ATableOfLogitsIsReadByTheImagesIds) {
  recipe::Recipe recipe;
  recipe.distillation.emplace();
  auto state = state_of(recipe);
  state.teacher_logits = at::arange(10 * kClasses, at::kFloat).reshape({10, kClasses});
  auto data = batch(3);
  data.ids = at::tensor({7, 0, 2}, at::kLong);
  const at::NoGradGuard guard;
  const auto logits = Objective(recipe, state).forward(data, {});
  for (std::int64_t row = 0; row < 3; ++row)
    EXPECT_TRUE(
        logits.teacher[row].equal(state.teacher_logits[data.ids[row].item<std::int64_t>()]));
}

TEST(Objective, PixelsAreTheImagesBeforeNormalization) {
  const recipe::Recipe recipe;
  auto state = state_of(recipe);
  const auto images = batch(2).views.front();
  EXPECT_THROW((void)Objective(recipe, state).pixels(images), Error);
  state.normalisation = {.mean = {0.1, 0.2, 0.3}, .std = {0.5, 0.25, 2}};
  const auto by_channel = [](const std::vector<double>& values) {
    return at::tensor(values, at::kFloat).view({1, 3, 1, 1});
  };
  const auto normalised =
      (images - by_channel(state.normalisation.mean)) / by_channel(state.normalisation.std);
  EXPECT_TRUE(at::allclose(Objective(recipe, state).pixels(normalised), images, 1e-6, 1e-6));
}

TEST(Objective, ARunKnowsTheNormalizationOfItsData) {
  const auto made = plan(small::recipe(), small::dataset(64));
  EXPECT_EQ(begin(made).normalisation, made.evaluation.normalisation);
}

}  // namespace
}  // namespace temper::train
