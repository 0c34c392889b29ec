// Random layers in a step: every pass has its own random stream, and skipped blocks are updated as
// configured.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "temper/core/error.h"
#include "temper/cost/preflight.h"
#include "temper/evaluate/monte_carlo.h"
#include "temper/evaluate/statistics.h"
#include "temper/model/layers.h"
#include "temper/model/weights.h"
#include "temper/regularize/dropout.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "temper/train/step.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kPixels = 12;

/// A linear layer after dropout, which records the passes of begin().
class Dropping final : public model::Network {
 public:
  explicit Dropping(std::vector<regularize::Pass>& passes)
      : passes_(passes),
        weights_(7),
        classify_(weights_, "fc", kPixels, kClasses, model::ParameterKind::head) {}

  at::Tensor compute(const at::Tensor& images) override {
    return classify_(regularize::drop(regularize::Dropout{}, images.flatten(1), {pass_, 0}))
        .tensor();
  }
  void begin(const regularize::Pass& pass) override {
    pass_ = pass;
    passes_.push_back(pass);
  }
  void train(bool) override {}
  [[nodiscard]] const std::vector<model::Parameter>& parameters() const override {
    return weights_.parameters();
  }
  [[nodiscard]] const std::vector<model::Buffer>& buffers() const override {
    return weights_.buffers();
  }
  void to(at::Device device) override { weights_.to(device); }

 private:
  std::vector<regularize::Pass>& passes_;
  regularize::Pass pass_;
  model::Weights weights_;
  model::Linear classify_;
};

data::Batch batch(std::int64_t rows, std::int64_t side = 2, std::int64_t channels = 3) {
  const auto pixels = at::arange(rows * channels * side * side, at::kFloat);
  const auto labels = at::arange(rows, at::kLong).remainder(kClasses);
  return {.views = {at::sin(pixels * 1.7).reshape({rows, channels, side, side})},
          .labels = labels,
          .targets = at::one_hot(labels, kClasses).to(at::kFloat),
          .labelled = at::ones({rows}, at::kBool),
          .ids = at::arange(rows, at::kLong)};
}

struct Steps {
  std::vector<regularize::Pass> passes;
  at::Tensor weight;
};

Steps steps(const recipe::Recipe& recipe, int count = 2) {
  Steps result;
  auto state = train::start(recipe, std::make_unique<Dropping>(result.passes));
  train::Times times;
  for (int i = 0; i < count; ++i) train::step(state, recipe, batch(10), times);
  result.weight = state.targets[0].value.detach().clone();
  return result;
}

TEST(RandomStep, EveryPassHasAnAddressOfItsOwn) {
  recipe::Recipe recipe;
  recipe.seed = 5;
  recipe.sam = optim::Sam{};
  recipe.data.micro_batches = 2;
  std::vector<std::array<std::int64_t, 3>> seen;
  for (const auto& pass : steps(recipe).passes) {
    EXPECT_EQ(pass.seed, 5U);
    const std::array<std::int64_t, 3> place{pass.step, pass.pass, pass.first_row};
    if (seen.empty() || seen.back() != place) seen.push_back(place);
  }
  using Place = std::array<std::int64_t, 3>;
  EXPECT_THAT(seen, ElementsAre(Place{0, 0, 0}, Place{0, 0, 5}, Place{0, 1, 0}, Place{0, 1, 5},
                                Place{1, 0, 0}, Place{1, 0, 5}, Place{1, 1, 0}, Place{1, 1, 5}));
}

TEST(RandomStep, ABatchInPartsDropsWhatTheWholeOneDrops) {
  const recipe::Recipe whole;
  auto parts = whole;
  parts.data.micro_batches = 3;
  EXPECT_TRUE(at::allclose(steps(whole).weight, steps(parts).weight, 1e-5, 1e-6));
  auto other = whole;
  other.seed = 2;
  EXPECT_FALSE(at::allclose(steps(whole).weight, steps(other).weight, 1e-3, 1e-3));
}

TEST(RandomStep, GradientNoiseIsAddressed) {
  const recipe::Recipe plain;
  auto noisy = plain;
  noisy.gradient_noise = regularize::GradientNoise{};
  EXPECT_FALSE(at::equal(steps(plain).weight, steps(noisy).weight));
  EXPECT_TRUE(at::equal(steps(noisy).weight, steps(noisy).weight));
  noisy.gradient_noise->eta = 0;
  EXPECT_TRUE(at::equal(steps(plain).weight, steps(noisy).weight));
}

/// A first step with all blocks, which fills the momentum buffers, and one that skips nearly all.
void skip_blocks(recipe::Recipe recipe, regularize::Dropped dropped, bool stays) {
  model::ResNet resnet{.blocks = {1, 2, 1}, .width = 4, .zero_init_last = false};
  resnet.stochastic_depth = regularize::StochasticDepth{
      .rate = 0.99, .rule = regularize::DepthRule::uniform, .dropped = dropped};
  recipe.model = resnet;
  auto state =
      train::start(recipe, model::build(recipe.model, {.height = 8, .width = 8, .classes = 4}, 1));
  state.network->train(true);
  auto full = recipe;
  std::get<model::ResNet>(full.model).stochastic_depth->rate = 0;
  train::Times times;
  train::step(state, full, batch(8, 8), times);
  std::map<std::string, at::Tensor> before;
  for (const auto& target : state.targets) before[target.name] = target.value.detach().clone();
  train::step(state, recipe, batch(8, 8), times);
  int looked_at = 0;
  for (const auto& target : state.targets) {
    if (!target.name.starts_with("layer2.1.conv")) continue;
    ++looked_at;
    EXPECT_EQ(at::equal(before[target.name], target.value), stays) << target.name;
  }
  EXPECT_EQ(looked_at, 2);
}

TEST(RandomStep, SkippedParametersDecayOrStandStill) {
  recipe::Recipe recipe;
  skip_blocks(recipe, regularize::Dropped::decay, false);  // momentum alone changes them
  skip_blocks(recipe, regularize::Dropped::freeze, true);
  recipe.penalty = regularize::Penalty{.l1 = 0.01, .l2 = 0.01};
  recipe.gradient_noise = regularize::GradientNoise{};
  recipe.optimizer = optim::AdamW{.weight_decay = 0.1};
  skip_blocks(recipe, regularize::Dropped::freeze, true);
  recipe.optimizer = optim::Sgd{.momentum = 0};
  recipe.penalty.reset();
  recipe.gradient_noise.reset();
  skip_blocks(recipe, regularize::Dropped::decay, true);  // no decay, no momentum: no change
  recipe.optimizer = optim::Sgd{.momentum = 0, .weight_decay = 0.1};
  skip_blocks(recipe, regularize::Dropped::decay, false);
}

const std::vector<std::string> kRandom{
    "model.stochastic_depth={ drop_path_rate = 0.5 }",
    R"(model.dropout=[{ kind = "dropout", at = "all", p = 0.2 }])"};

/// The log of the run has the same numbers, and the loss is the mean of those of the images.
void expect_step_of_the_run(const Replay& again) {
  EXPECT_GT(again.check.lines, 0);
  EXPECT_FALSE(again.check.first_difference);
  double sum = 0;
  for (const auto& sample : again.samples) sum += sample.loss;
  EXPECT_NEAR(sum / static_cast<double>(again.samples.size()), again.loss, 1e-5);
}

TEST(RandomStep, AReplayDrawsWhatTheRunDrew) {
  const train::small::Directory directory;
  const auto planned = train::plan(train::small::recipe(kRandom), train::small::dataset(64));
  run(planned, {.directory = directory.path});
  const auto again = replay(planned, directory.path, 11);
  expect_step_of_the_run(again);
}

TEST(MixedStep, AReplayShowsWhatWasMixed) {
  const train::small::Directory directory;
  const auto planned = train::plan(
      train::small::recipe({R"(mixing={ mode = "elem", methods = ["mixup", "cutmix"] })"}),
      train::small::dataset(64));
  run(planned, {.directory = directory.path});
  const auto again = replay(planned, directory.path, 11);
  expect_step_of_the_run(again);
  std::size_t mixed = 0;
  for (const auto& sample : again.samples) mixed += sample.mixed_with.size();
  EXPECT_GT(mixed, 2U);
}

TEST(MixedStep, AReplayMixesFeaturesAsTheRunDid) {
  const train::small::Directory directory;
  const auto planned = train::plan(
      train::small::recipe({"mixing.methods=[{ kind = \"manifold_mixup\", stages = [1, 2, 3] }]"}),
      train::small::dataset(64));
  run(planned, {.directory = directory.path});
  const auto again = replay(planned, directory.path, 11);
  expect_step_of_the_run(again);
  EXPECT_EQ(again.samples.size(), 8U);
}

TEST(MixedStep, ACheckOverfitsABatchWithoutMixingAndAttacks) {
  const auto checked = [](const std::vector<std::string>& sets) {
    return cost::overfit_one_batch(
        train::plan(train::small::recipe(sets), train::small::dataset(64)), 4);
  };
  const auto plain = checked({});
  const auto with_both = checked({"mixing=true", "adversarial=pgd"});
  EXPECT_EQ(with_both.first_loss, plain.first_loss);
  EXPECT_EQ(with_both.last_loss, plain.last_loss);
}

TEST(RandomStep, StatisticsAreMeasuredThroughTheNetworkOfEvaluation) {
  const auto planned = train::plan(train::small::recipe(kRandom), train::small::dataset(64));
  const auto network = train::build_network(planned);
  evaluate::reestimate_statistics(*network, planned, 0);
  for (const auto& buffer : network->buffers())
    if (buffer.name.ends_with("running_var")) {
      EXPECT_FALSE(at::equal(buffer.value, at::ones(buffer.value.sizes()))) << buffer.name;
    }
}

TEST(MonteCarloDropout, IsAFunctionOfTheSeedAndNotOfTheBatch) {
  const auto planned = train::plan(train::small::recipe(kRandom), train::small::dataset(64));
  const auto network = train::build_network(planned);
  const auto first = evaluate::predict_monte_carlo(*network, planned, planned.validation, 3);
  auto other = planned;
  other.evaluation.batch = 5;
  const auto second = evaluate::predict_monte_carlo(*network, other, planned.validation, 3);
  EXPECT_TRUE(at::allclose(first.probabilities, second.probabilities, 1e-5, 1e-6));
  EXPECT_GT(first.information.min().item<double>(), 0);
  EXPECT_TRUE(at::allclose(first.probabilities.sum(1),
                           at::full({first.probabilities.size(0)}, 1.0, at::kDouble)));
}

TEST(MonteCarloDropout, AsksForDropout) {
  const auto planned = train::plan(train::small::recipe({kRandom[0]}), train::small::dataset(64));
  const auto network = train::build_network(planned);
  try {
    evaluate::predict_monte_carlo(*network, planned, planned.validation, 3);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("model.dropout"));
  }
}

std::string refusal(const std::string& text) {
  return temper::testing::refusal([&] {
    train::build_network(train::plan(recipe::parse(text, "r.toml"), train::small::dataset(64)));
  });
}

TEST(RandomLayers, AreRefusedWithTheirPlaceInTheRecipe) {
  const std::string model = "data.batch_size = 8\n[model]\nkind = \"resnet\"\ndepth = 8\n";
  EXPECT_THAT(refusal(model + "dropout = [{ kind = \"dropout\", at = \"stage 7\" }]\n"),
              StartsWith("r.toml:5:37: model.dropout.0.at is \"stage 7\", which is not a layer"));
  EXPECT_THAT(refusal(model + "dropout = [{ kind = \"dropout\", p = 1 }]\n"),
              HasSubstr("model.dropout.0.p is 1; expected a number in [0, 1)"));
  EXPECT_THAT(refusal(model + "stochastic_depth = { drop_path_rate = 1.0 }\n"),
              HasSubstr("model.stochastic_depth.drop_path_rate is 1; expected a number in [0, 1)"));
  EXPECT_THAT(refusal(model + "stochastic_depth = { drop_path_rate = -0.1 }\n"),
              StartsWith("r.toml:5:"));
  EXPECT_THAT(refusal(model + "stochastic_depth = true\nshake_drop = true\n"),
              HasSubstr("remove one of them"));
  EXPECT_THAT(refusal(model + "stochastic_depth = { drop_path_rate = { schedule = \"linear\", peak "
                              "= 0, final = 0.2 } }\n"),
              HasSubstr("use scaling = \"inverted\""));
  EXPECT_THAT(
      refusal(model + "dropout = [{ kind = \"dropout\", p = { schedule = \"linear\", peak = 0, "
                      "final = 2 } }]\n"),
      HasSubstr("expected [0, 1)"));
}

}  // namespace
}  // namespace temper::run
