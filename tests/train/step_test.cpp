#include "temper/train/step.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "temper/core/error.h"
#include "temper/model/layers.h"
#include "tests/train/own_network.h"

namespace temper::train {
namespace {

constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kPixels = 12;

/// A linear layer, with a BatchNorm before it or without.
class Small final : public small::OwnNetwork {
 public:
  explicit Small(bool with_norm)
      : OwnNetwork(7),
        norm_(weights_, "norm", 3),
        classify_(weights_, "fc", kPixels, kClasses, model::ParameterKind::head),
        with_norm_(with_norm) {}

  at::Tensor compute(const at::Tensor& images) override {
    const auto x = with_norm_ ? norm_(images, {.training = training_}).tensor() : images;
    return classify_(x.flatten(1)).tensor();
  }

 private:
  model::BatchNorm norm_;
  model::Linear classify_;
  bool with_norm_;
};

/// Deterministic images; the last rows have no label.
data::Batch batch(std::int64_t rows, std::int64_t unlabelled = 0) {
  const auto images =
      at::sin(at::arange(rows * kPixels, at::kFloat) * 1.7).reshape({rows, 3, 2, 2});
  const auto labels = at::arange(rows, at::kLong).remainder(kClasses);
  auto labelled = at::ones({rows}, at::kBool);
  if (unlabelled > 0) labelled.narrow(0, rows - unlabelled, unlabelled).fill_(false);
  return {.views = {images},
          .labels = labels,
          .targets = at::one_hot(labels, kClasses).to(at::kFloat),
          .labelled = labelled,
          .ids = at::arange(rows, at::kLong)};
}

/// The network's tensors after some steps.
std::vector<Named> after(const recipe::Recipe& recipe, const data::Batch& data, bool with_norm,
                         int steps = 3) {
  auto state = start(recipe, std::make_unique<Small>(with_norm));
  Times times;
  for (int i = 0; i < steps; ++i) step(state, recipe, data, times);
  std::vector<Named> copies;
  for (const auto& [name, value] : weights(*state.network))
    copies.emplace_back(name, value.detach().clone());
  return copies;
}

double distance(const std::vector<Named>& a, const std::vector<Named>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, (a[i].second - b[i].second).abs().max().item<double>());
  return largest;
}

TEST(Step, FourMicroBatchesGiveTheUpdateOfTheWholeBatch) {
  recipe::Recipe whole;
  whole.optimizer = optim::AdamW{.lr = 0.05};
  auto parts = whole;
  parts.data.micro_batches = 4;
  EXPECT_LT(distance(after(whole, batch(128), false), after(parts, batch(128), false)), 1e-6);
  EXPECT_LT(distance(after(whole, batch(30, 9), false), after(parts, batch(30, 9), false)), 1e-6)
      << "parts of different size, some without a label";
  EXPECT_GT(distance(after(whole, batch(128), true), after(parts, batch(128), true)), 1e-6)
      << "BatchNorm sees smaller batches";
}

TEST(Step, FourMicroBatchesGiveTheUpdateOfTheWholeBatchUnderClassWeights) {
  recipe::Recipe whole;
  whole.optimizer = optim::Sgd{.lr = 0.5};
  whole.loss = loss::CrossEntropy{.confidence_penalty = loss::ConfidencePenalty{},
                                  .class_weights = std::vector<double>(kClasses, 1)};
  std::get<loss::CrossEntropy>(whole.loss).class_weights[1] = 7;
  auto parts = whole;
  parts.data.micro_batches = 4;
  EXPECT_LT(distance(after(whole, batch(30, 9), false), after(parts, batch(30, 9), false)), 1e-6);
  auto plain = whole;
  plain.loss = loss::CrossEntropy{};
  EXPECT_GT(distance(after(whole, batch(30, 9), false), after(plain, batch(30, 9), false)), 1e-4);
}

/// Adds a second and a third view with other images.
data::Batch three_views(std::int64_t rows, std::int64_t unlabelled = 0) {
  auto data = batch(rows, unlabelled);
  data.views = {data.views[0], data.views[0].flip(2) * 0.5, data.views[0].flip(3) + 0.3};
  return data;
}

TEST(Step, FourMicroBatchesGiveTheUpdateOfTheWholeBatchAlsoOfSeveralViews) {
  recipe::Recipe whole;
  whole.optimizer = optim::Sgd{.lr = 0.5};
  whole.consistency = loss::Consistency{};
  auto parts = whole;
  parts.data.micro_batches = 4;
  const auto data = three_views(30, 9);
  EXPECT_LT(distance(after(whole, data, false), after(parts, data, false)), 1e-6);
}

TEST(Step, ConsistencyOfNoWeightIsTheFirstViewsStep) {
  const recipe::Recipe plain;
  auto with = plain;
  with.consistency = loss::Consistency{.weight = 0};
  EXPECT_LT(distance(after(plain, batch(16), false), after(with, three_views(16), false)), 1e-6);
  with.consistency->weight = 12;
  EXPECT_GT(distance(after(plain, batch(16), false), after(with, three_views(16), false)), 1e-3);
}

TEST(Step, ConsistencyWantsTheViewsThatItSays) {
  recipe::Recipe recipe;
  recipe.consistency = loss::Consistency{.views = 2};
  EXPECT_THROW(after(recipe, three_views(16), false), Error);
}

TEST(Step, FourMicroBatchesGiveTheUpdateOfTheWholeBatchAlsoUnderSam) {
  recipe::Recipe whole;
  whole.optimizer = optim::Sgd{.lr = 0.5};
  for (const bool adaptive : {false, true}) {
    whole.sam = optim::Sam{.rho = 0.5, .adaptive = adaptive};
    auto parts = whole;
    parts.data.micro_batches = 4;
    EXPECT_LT(distance(after(whole, batch(128), false), after(parts, batch(128), false)), 1e-6);
    EXPECT_LT(distance(after(whole, batch(30, 9), false), after(parts, batch(30, 9), false)), 1e-6);
    auto plain = whole;
    plain.sam.reset();
    EXPECT_GT(distance(after(whole, batch(128), false), after(plain, batch(128), false)), 1e-4);
  }
}

TEST(Step, SamWithoutReachIsItsOptimizerAlsoInTheBuffers) {
  const recipe::Recipe plain;
  auto sam = plain;
  sam.sam = optim::Sam{.rho = 0};
  EXPECT_EQ(distance(after(plain, batch(32), true), after(sam, batch(32), true)), 0);
  sam.sam->rho = 0.5;
  EXPECT_GT(distance(after(plain, batch(32), true), after(sam, batch(32), true)), 1e-4);
}

TEST(Step, LookaheadOfEveryStepAndTheWholeWayIsItsOptimizer) {
  const recipe::Recipe plain;
  auto around = plain;
  around.lookahead = optim::Lookahead{.k = 1, .alpha = 1};
  EXPECT_EQ(distance(after(plain, batch(32), true), after(around, batch(32), true)), 0);
}

TEST(Step, AnL2PenaltyIsSgdsWeightDecay) {
  recipe::Recipe decay;
  decay.optimizer = optim::Sgd{.weight_decay = 0.1};
  recipe::Recipe penalty;
  penalty.optimizer = optim::Sgd{};
  penalty.penalty = regularize::Penalty{.l2 = 0.1};
  EXPECT_LT(distance(after(decay, batch(32), true), after(penalty, batch(32), true)), 1e-6);
}

/// The difference between decoupled weight decay and the L2 penalty after some steps.
template <class Options>
double decays_part_by(Options options) {
  options.lr = 0.05;
  options.weight_decay = 0.1;
  recipe::Recipe l2;
  options.decay = optim::Decay::l2;
  l2.optimizer = options;
  recipe::Recipe decoupled;
  options.decay = optim::Decay::decoupled;
  decoupled.optimizer = options;
  return distance(after(l2, batch(32), true, 9), after(decoupled, batch(32), true, 9));
}

TEST(Step, DecoupledDecayIsL2ForPlainSgdAlone) {
  EXPECT_LT(decays_part_by(optim::Sgd{.momentum = 0}), 1e-6);
  EXPECT_GT(decays_part_by(optim::Sgd{.momentum = 0.9}), 1e-4);
  EXPECT_GT(decays_part_by(optim::NAdam{}), 1e-4);
  recipe::Recipe adam;
  adam.optimizer = optim::Adam{.lr = 0.05, .weight_decay = 0.1};
  recipe::Recipe adamw;
  adamw.optimizer = optim::AdamW{.lr = 0.05, .weight_decay = 0.1};
  EXPECT_GT(distance(after(adam, batch(32), true, 9), after(adamw, batch(32), true, 9)), 1e-4);
}

TEST(Step, ClipsBeforeTheUpdate) {
  recipe::Recipe recipe;
  recipe.optimizer = optim::Sgd{.lr = 1, .momentum = 0};
  recipe.clip.emplace(optim::ClipNorm{.max_norm = 1e-3});
  const auto before = after(recipe, batch(32), true, 0);
  double squares = 0;
  const auto moved = after(recipe, batch(32), true, 1);
  for (std::size_t i = 0; i < 4; ++i)  // the parameters
    squares += (moved[i].second - before[i].second).square().sum().item<double>();
  EXPECT_NEAR(std::sqrt(squares), 1e-3, 1e-6);
}

TEST(Step, KindsHaveRatesOfTheirOwn) {
  recipe::Recipe recipe;
  recipe.parameters.head.lr_factor = 0;
  recipe.parameters.bias.lr_factor = 0;
  const auto before = after(recipe, batch(32), true, 0);
  const auto moved = after(recipe, batch(32), true, 2);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(at::equal(before[i].second, moved[i].second), before[i].first.starts_with("fc"))
        << before[i].first;
}

TEST(Step, RatesOfAKindFollowTheirSchedule) {
  auto recipe = recipe::parse(
      "parameters.bias.lr_factor = { schedule = \"linear\", peak = 1, final = 0 }", "r.toml");
  const recipe::ScheduleDriver driver(recipe, {4, 4});
  auto state = start(recipe, std::make_unique<Small>(false));
  Times times;
  for (int i = 0; i < 4; ++i) {
    prepare(state, driver);
    step(state, recipe, batch(32), times);
    for (const auto& target : state.targets)
      EXPECT_EQ(target.lr_scale, target.kind == optim::Kind::bias ? 1 - i / 4.0 : 1)
          << target.name << " in step " << i;
  }
}

TEST(Step, AKindMayStopWhileOthersGoOn) {
  auto recipe = recipe::parse(R"(
parameters.bias.lr_factor = { schedule = "piecewise", pieces = [
  { steps = 1, curve = { kind = "constant", value = 1 } },
  { curve = { kind = "constant", value = 0 } },
] })",
                              "r.toml");
  const recipe::ScheduleDriver driver(recipe, {4, 4});
  auto state = start(recipe, std::make_unique<Small>(false));
  Times times;
  std::vector<Named> before;
  for (int i = 0; i < 3; ++i) {
    before.clear();
    for (const auto& target : state.targets)
      before.emplace_back(target.name, target.value.detach().clone());
    prepare(state, driver);
    step(state, recipe, batch(32), times);
    for (std::size_t k = 0; k < before.size(); ++k) {
      if (!before[k].first.starts_with("fc")) continue;  // the norm is not used
      const bool stands = i > 0 && state.targets[k].kind == optim::Kind::bias;
      EXPECT_EQ(at::equal(before[k].second, state.targets[k].value), stands)
          << before[k].first << " in step " << i;
    }
  }
}

TEST(Step, LayersHaveRatesOfTheirOwn) {
  recipe::Recipe recipe;
  recipe.parameters.layer_decay = 0.5;
  recipe.parameters.head.lr_factor = 3;
  recipe.parameters.norm.lr_factor = 2;
  const auto state = start(recipe, model::build(model::ResNet{.depth = 8, .width = 4}, {}, 1));
  for (const auto& target : state.targets) {
    double expected = target.name == "fc.weight" ? 3 : 1;
    if (target.kind == optim::Kind::norm) expected = 2;
    if (target.name.starts_with("conv1") || target.name.starts_with("bn1")) expected /= 16;
    if (target.name.starts_with("layer1")) expected /= 8;
    if (target.name.starts_with("layer2")) expected /= 4;
    if (target.name.starts_with("layer3")) expected /= 2;
    EXPECT_EQ(target.lr_scale, expected) << target.name;
  }
}

}  // namespace
}  // namespace temper::train
