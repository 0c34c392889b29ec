// Mixing as a phase of a step.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/model/layers.h"
#include "temper/train/begin.h"
#include "temper/train/mixed_batch.h"
#include "temper/train/step.h"
#include "temper/train/training_batches.h"
#include "tests/support/options.h"
#include "tests/support/refusal.h"
#include "tests/train/own_network.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kPixels = 3 * 8 * 8;

/// A linear layer, so that a row's gradient does not depend on the rows beside it.
class Linear final : public small::OwnNetwork {
 public:
  Linear()
      : OwnNetwork(7), classify_(weights_, "fc", kPixels, kClasses, model::ParameterKind::head) {}

  at::Tensor compute(const at::Tensor& images) override {
    return classify_(images.flatten(1)).tensor();
  }

 private:
  model::Linear classify_;
};

data::Batch batch(std::int64_t rows) {
  const auto images =
      at::sin(at::arange(rows * 3 * 8 * 8, at::kFloat) * 1.7).reshape({rows, 3, 8, 8});
  const auto labels = at::arange(rows, at::kLong).remainder(kClasses);
  return {.views = {images.contiguous(at::MemoryFormat::ChannelsLast)},
          .labels = labels,
          .targets = at::one_hot(labels, kClasses).to(at::kFloat),
          .labelled = at::ones({rows}, at::kBool),
          .ids = at::arange(rows, at::kLong)};
}

/// The weights after some steps.
std::vector<at::Tensor> after(const recipe::Recipe& recipe, int steps = 3) {
  auto state = start(recipe, std::make_unique<Linear>());
  Times times;
  for (int i = 0; i < steps; ++i) step(state, recipe, batch(12), times);
  std::vector<at::Tensor> copies;
  for (const auto& target : state.targets) copies.push_back(target.value.detach().clone());
  return copies;
}

bool same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!at::equal(a[i], b[i])) return false;
  return a.size() == b.size();
}

bool close(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!at::allclose(a[i], b[i], 1e-4, 1e-5)) return false;
  return a.size() == b.size();
}

recipe::Recipe with(const mix::Mixing& mixing) {
  recipe::Recipe recipe;
  recipe.mixing = mixing;
  return recipe;
}

TEST(MixingStep, OfNoProbabilityIsTheStepWithout) {
  const auto plain = after(recipe::Recipe{});
  EXPECT_TRUE(same(after(with({.p = 0})), plain));
  EXPECT_FALSE(close(after(with({})), plain));
  EXPECT_TRUE(same(after(with({})), after(with({}))));
}

TEST(MixingStep, OfLambdaOneIsTheStepWithout) {
  // So small an alpha gives one of two images all of the weight, and fold makes it the image's own.
  const mix::Mixup alone{.alpha = 1e-9, .fold = true};
  for (const auto mode : {mix::Mode::batch, mix::Mode::pair, mix::Mode::elem})
    EXPECT_TRUE(same(after(with({.methods = {alone}, .mode = mode})), after(recipe::Recipe{})));
}

TEST(MixingStep, DrawsPartnersFromTheWholeBatchWhateverTheMicroBatches) {
  std::vector<mix::Method> methods{mix::Mixup{.images = 3}};
  for (const auto kind : temper::testing::kinds<mix::Method>())
    if (kind != mix::ManifoldMixup::kind)  // is refused
      methods.push_back(temper::testing::alternative<mix::Method>(kind));
  for (const auto& method : methods) {
    const auto whole = with({.methods = {method}, .mode = mix::Mode::elem});
    auto parts = whole;
    parts.data.micro_batches = 3;
    EXPECT_TRUE(close(after(whole), after(parts)));
  }
}

TEST(MixingStep, SamsSecondPassSeesTheSameMixedBatch) {
  const auto plain = with({});
  auto sam = plain;
  sam.sam = optim::Sam{.rho = 0};
  EXPECT_TRUE(same(after(plain), after(sam)));
}

TEST(MixingStep, MixesAllViewsOfAnImageAlike) {
  auto data = batch(6);
  data.views.push_back(data.views.front().clone());
  const auto plan = mixing_plan(with({.mode = mix::Mode::elem}), 4, data);
  ASSERT_TRUE(plan.has_value());
  const auto labels = data.labels.clone();
  const auto result = mixed(data, *plan);
  EXPECT_TRUE(at::equal(result.views[0], result.views[1]));
  EXPECT_FALSE(at::allclose(result.views[0], batch(6).views[0]));
  EXPECT_TRUE(at::equal(result.labels, labels));
  EXPECT_FALSE(at::allclose(result.targets, data.targets));
}

TEST(MixingStep, MixesRowsWithTheirPartnersOutsideTheBatch) {
  auto data = batch(4);
  data.targets = at::arange(8, at::kFloat).view({4, 2});
  auto others = batch(4);
  others.views = {at::zeros_like(others.views.front())};
  others.targets = at::zeros({4, 2});
  const auto recipe = with({.mode = mix::Mode::elem, .partner = mix::Partner::similar});
  EXPECT_THROW((void)mixing_plan(recipe, 3, data), Error);
  data.partners = std::make_shared<const data::Batch>(others);
  const auto plan = mixing_plan(recipe, 3, data);
  ASSERT_TRUE(plan.has_value());
  const auto result = mixed(data, *plan);
  ASSERT_EQ(result.views.front().size(0), 4);
  for (std::int64_t row = 0; row < 4; ++row) {
    const double lambda = plan->blends[plan->rows[static_cast<std::size_t>(row)].blend].weights[0];
    EXPECT_TRUE(at::allclose(result.views.front()[row], data.views.front()[row] * lambda));
    EXPECT_TRUE(at::allclose(result.targets[row], data.targets[row] * lambda));
  }
  EXPECT_TRUE(result.labelled.all().item<bool>());
  EXPECT_FALSE(result.partners);
  EXPECT_FALSE(mixing_plan(with({.partner = mix::Partner::similar, .p = 0}), 3, batch(4)));
}

/// The weights of a small residual network after some steps.
std::vector<at::Tensor> after_run(std::vector<std::string> sets, std::int64_t steps = 3) {
  sets.emplace_back("precision=\"fp32\"");
  const auto made = plan(small::recipe(sets), small::dataset(64));
  auto state = begin(made);
  state.network->train(true);
  TrainingBatches batches(made);
  batches.start(0);
  Times times;
  for (std::int64_t i = 0; i < steps; ++i) step(state, made.recipe, *batches.next(), times);
  std::vector<at::Tensor> copies;
  for (const auto& target : state.targets) copies.push_back(target.value.detach().clone());
  return copies;
}

std::string manifold(const std::string& options) {
  return "mixing.methods=[{ kind = \"manifold_mixup\", " + options + " }]";
}

TEST(ManifoldMixup, OfTheImagesIsMixup) {
  // Other numbers are drawn for another method, so the weight is close to one half for both.
  const auto images = after_run({manifold("stages = [0], alpha = 1e6")});
  const auto mixup = after_run({"mixing.methods=[{ kind = \"mixup\", alpha = 1e6 }]"});
  double apart = 0;
  for (std::size_t i = 0; i < images.size(); ++i)
    apart = std::max(apart, images[i].sub(mixup[i]).abs().max().item<double>());
  EXPECT_LT(apart, 1e-2);
}

TEST(ManifoldMixup, OfAStageIsAnotherTrainingForEachStage) {
  const auto plain = after_run({});
  EXPECT_TRUE(same(after_run({manifold("stages = [2]"), "mixing.p=0"}), plain));
  const auto first = after_run({manifold("stages = [1]")});
  EXPECT_FALSE(close(first, plain));
  EXPECT_TRUE(same(first, after_run({manifold("stages = [1]")})));
  EXPECT_FALSE(close(first, after_run({manifold("stages = [3]")})));
  EXPECT_FALSE(close(first, after_run({manifold("stages = [0]")})));
}

TEST(ManifoldMixup, LeavesTheImagesOfTheBatchAlone) {
  auto data = batch(6);
  const auto before = data.views.front().clone();
  const auto recipe = with({.methods = {mix::ManifoldMixup{.stages = {1}}}});
  const auto plan = mixing_plan(recipe, 4, data);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(mixed_features(*plan), &*plan);
  const auto result = mixed(data, *plan);
  EXPECT_TRUE(at::equal(result.views.front(), before));
  EXPECT_FALSE(at::allclose(result.targets, data.targets));
}

std::string refusal(const std::vector<std::string>& sets) {
  return temper::testing::refusal([&] { (void)plan(small::recipe(sets), small::dataset(64)); });
}

TEST(MixingPlan, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal({"mixing=true"}), "(not refused)");
  EXPECT_THAT(refusal({"mixing.methods=[{ kind = \"mixup\", images = 9 }]"}),
              HasSubstr("mixing.methods.0.images asks for 9 images, but a batch has 8"));
  EXPECT_THAT(refusal({"mixing=true", "loss={ kind = \"mse\", true_weight = 2 }"}),
              HasSubstr("loss.true_weight = 2"));
  EXPECT_THAT(refusal({"mixing.partner=similar"}),
              HasSubstr("mixing.partner = \"similar\" compares regression targets"));
  EXPECT_THAT(refusal({"mixing={ partner = \"similar\", across_ranks = false }"}),
              HasSubstr("mixing.across_ranks = false is about partners"));
  EXPECT_THAT(refusal({"mixing.methods=[{ kind = \"mixup\", alpha = 0 }]"}),
              HasSubstr("mixing.methods.0.alpha"));
}

TEST(MixingPlan, RefusesMixingOfFeaturesWhereItCantBe) {
  const std::string features = "mixing.methods=[\"manifold_mixup\"]";
  EXPECT_EQ(refusal({features, "sam=true"}), "(not refused)");
  EXPECT_THAT(refusal({features, "data.micro_batches=2"}),
              HasSubstr("data.micro_batches with manifold_mixup"));
  EXPECT_THAT(refusal({features, "adversarial=pgd"}), HasSubstr("adversarial with manifold_mixup"));
  EXPECT_THAT(refusal({features, "consistency=true"}),
              HasSubstr("consistency with manifold_mixup"));
  EXPECT_THAT(refusal({features, "mixing.mode=elem"}), HasSubstr("use mode = \"batch\""));
  const auto made = plan(small::recipe({manifold("stages = [1, 4]")}), small::dataset(64));
  try {
    (void)begin(made);
    FAIL() << "it has three stages of blocks";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("stages has stage 4, and the network has 3 stages"));
  }
}

TEST(MixingPlan, IsSwitchedOffAfterItsEpochs) {
  auto recipe = small::recipe({"mixing={ off_epoch = 2, p = 0.5 }"});
  const recipe::ScheduleDriver driver(recipe, {10, 30});
  driver.apply(19);
  EXPECT_EQ(recipe.mixing.value().p, 0.5);
  driver.apply(20);
  EXPECT_EQ(recipe.mixing.value().p, 0);
  driver.apply(3);
  EXPECT_EQ(recipe.mixing.value().p, 0.5);
}

TEST(MixingPlan, ItsNumbersMayHaveSchedules) {
  auto recipe = small::recipe(
      {"mixing.methods=[{ kind = \"mixup\", alpha = { schedule = \"linear\", peak = 1, final = 2 "
       "} }, \"cutmix\"]",
       "mixing.p={ schedule = \"linear\", peak = 0, final = 1 }", "mixing.off_epoch=2"});
  const recipe::ScheduleDriver driver(recipe, {10, 30});
  driver.apply(0);
  EXPECT_EQ(recipe.mixing.value().p, 0);
  EXPECT_EQ(std::get<mix::Mixup>(recipe.mixing.value().methods[0]).alpha, 1);
  driver.apply(15);
  EXPECT_GT(recipe.mixing.value().p, 0.4);
  EXPECT_GT(std::get<mix::Mixup>(recipe.mixing.value().methods[0]).alpha, 1.4);
  driver.apply(25);
  EXPECT_EQ(recipe.mixing.value().p, 0);
}

}  // namespace
}  // namespace temper::train
