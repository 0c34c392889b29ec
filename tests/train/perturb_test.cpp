// Adversarial training: the attack on the images of a step.
#include "temper/train/perturb.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "temper/adversarial/losses.h"
#include "temper/adversarial/pgd.h"
#include "temper/adversarial/start.h"
#include "temper/core/error.h"
#include "temper/data/loader/loader.h"
#include "temper/model/layers.h"
#include "temper/recipe/recipe.h"
#include "temper/train/begin.h"
#include "temper/train/free_perturbation.h"
#include "temper/train/objective.h"
#include "temper/train/step.h"
#include "tests/train/own_network.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kPixels = 12;

/// A linear layer with a BatchNorm before it or without, which counts its forward passes.
class Counted final : public small::OwnNetwork {
 public:
  explicit Counted(bool with_norm)
      : OwnNetwork(7),
        norm_(weights_, "norm", 3),
        classify_(weights_, "fc", kPixels, kClasses, model::ParameterKind::head),
        with_norm_(with_norm) {}

  at::Tensor compute(const at::Tensor& images) override {
    ++passes;
    modes.push_back(training_);
    const auto x = with_norm_ ? norm_(images, {.training = training_}).tensor() : images;
    return classify_(x.flatten(1)).tensor();
  }

  int passes = 0;
  std::vector<bool> modes;

 private:
  model::BatchNorm norm_;
  model::Linear classify_;
  bool with_norm_;
};

data::Batch batch(std::int64_t rows) {
  const auto pixels =
      at::sin(at::arange(rows * kPixels, at::kFloat) * 1.7).reshape({rows, 3, 2, 2}) * 0.5 + 0.5;
  const auto labels = at::arange(rows, at::kLong).remainder(kClasses);
  return {.views = {(pixels - 0.5) / 0.25},
          .labels = labels,
          .targets = at::one_hot(labels, kClasses).to(at::kFloat),
          .labelled = at::ones({rows}, at::kBool),
          .ids = at::arange(rows, at::kLong)};
}

State state_of(const recipe::Recipe& recipe, bool with_norm = true) {
  auto state = start(recipe, std::make_unique<Counted>(with_norm));
  state.normalisation = {.mean = {0.5, 0.5, 0.5}, .std = {0.25, 0.25, 0.25}};
  return state;
}

const Counted& network_of(const State& state) {
  return dynamic_cast<const Counted&>(*state.network);
}

recipe::Recipe recipe_with(const adversarial::Training& training) {
  recipe::Recipe recipe;
  recipe.optimizer = optim::Sgd{.lr = 0.1};
  recipe.adversarial = training;
  return recipe;
}

adversarial::PgdTraining in_training_mode() {
  adversarial::PgdTraining options;
  options.mode = adversarial::AttackMode::training;
  return options;
}

std::vector<Named> after(const recipe::Recipe& recipe, bool with_norm) {
  auto state = state_of(recipe, with_norm);
  Times times;
  for (int i = 0; i < 3; ++i) step(state, recipe, batch(30), times);
  return weights(*state.network);
}

double distance(const std::vector<Named>& a, const std::vector<Named>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, (a[i].second - b[i].second).abs().max().item<double>());
  return largest;
}

TEST(Perturb, AStepMakesOnePassForEachOfTheAttacksAndItsOwn) {
  const auto passes = [](const recipe::Recipe& recipe) {
    auto state = state_of(recipe);
    Times times;
    step(state, recipe, batch(8), times);
    return network_of(state).passes;
  };
  auto recipe = recipe_with(adversarial::PgdTraining());
  EXPECT_EQ(passes(recipe), 7 + 1);
  recipe.sam = optim::Sam{};
  EXPECT_EQ(passes(recipe), 7 + 2) << "the second pass reuses the attack";
  recipe = recipe_with(adversarial::Trades());
  EXPECT_EQ(passes(recipe), 10 + 3) << "the predictions attacked, and both terms";
  recipe.adversarial.reset();
  EXPECT_EQ(passes(recipe), 1);
}

TEST(Perturb, TheNetworkIsInTheModeThatIsAsked) {
  const auto modes = [](const recipe::Recipe& recipe) {
    auto state = state_of(recipe);
    Times times;
    step(state, recipe, batch(8), times);
    return network_of(state).modes;
  };
  std::vector<bool> expected(8, false);
  expected.back() = true;
  EXPECT_EQ(modes(recipe_with(adversarial::PgdTraining())), expected);
  EXPECT_EQ(modes(recipe_with(in_training_mode())), std::vector<bool>(8, true));
}

TEST(Perturb, TheAttackLeavesBuffersAndGradientsAlone) {
  for (const adversarial::Training& training :
       {adversarial::Training(adversarial::PgdTraining()),
        adversarial::Training(in_training_mode()), adversarial::Training(adversarial::Trades())}) {
    const auto recipe = recipe_with(training);
    auto state = state_of(recipe);
    std::vector<at::Tensor> before;
    for (const auto& [name, value] : weights(*state.network))
      before.push_back(value.detach().clone());
    const auto data = batch(8);
    const auto found = attacked_images(Objective(recipe, state), recipe, state, data, 0);
    const auto now = weights(*state.network);
    for (std::size_t i = 0; i < now.size(); ++i)
      EXPECT_TRUE(at::equal(now[i].second, before[i])) << now[i].first;
    for (const auto& parameter : state.network->parameters())
      EXPECT_FALSE(parameter.value.grad().defined());

    const auto attack = adversarial::limit_of(training);
    const auto pixels = found * 0.25 + 0.5;
    EXPECT_LE((pixels - (data.views.front() * 0.25 + 0.5)).abs().max().item<double>(),
              attack.radius + 1e-6);
    EXPECT_GE(pixels.min().item<double>(), -1e-6);
    EXPECT_LE(pixels.max().item<double>(), 1 + 1e-6);
    EXPECT_FALSE(at::equal(found, data.views.front()));
  }
}

TEST(Perturb, TheDivergenceOfAConfidentNetworkHasFiniteGradients) {
  const auto recipe = recipe_with(adversarial::Trades());
  const auto state = state_of(recipe);
  const auto clean = at::tensor({0.0F, -200.0F, -300.0F, -1.0F}).view({1, 4}).requires_grad_();
  const auto attacked = at::tensor({-1.0F, 0.0F, -1.0F, -200.0F}).view({1, 4});
  Objective(recipe, state).attack_loss(batch(1), clean, attacked, std::nullopt).backward();
  EXPECT_TRUE(clean.grad().isfinite().all().item<bool>());
}

TEST(Perturb, TradesAddsTheDivergenceOfImagesThatItsOwnAttackFinds) {
  const adversarial::Trades options;
  const auto recipe = recipe_with(options);
  auto state = state_of(recipe, /*with_norm=*/false);
  const auto data = batch(6);
  const Objective objective(recipe, state);
  const auto logits = [&](const at::Tensor& pixels) {
    return state.network->forward(objective.normalised(pixels));
  };
  const auto pixels = objective.pixels(data.views.front()).clamp_(0, 1);
  std::vector<std::int64_t> rows(6);
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  const auto normal =
      adversarial::draw_noise(
          adversarial::Norm::l2, pixels,
          {.seed = static_cast<std::uint64_t>(recipe.seed), .round = 0, .rows = rows})
          .values;
  const auto start =
      adversarial::project(pixels.add(normal, 0.001), pixels, options.norm, options.radius);
  const auto clean = logits(pixels).detach();
  const auto attacked = adversarial::pgd({.norm = options.norm,
                                          .radius = options.radius,
                                          .step_size = options.step_size,
                                          .steps = options.steps},
                                         logits, adversarial::divergence_rows, pixels,
                                         at::softmax(clean, 1, at::kFloat), start);
  const auto expected =
      adversarial::cross_entropy_rows(clean, data.labels)
          .mean()
          .add(adversarial::divergence_rows(logits(attacked), at::softmax(clean, 1, at::kFloat))
                   .mean(),
               options.beta)
          .item<double>();
  Times times;
  EXPECT_NEAR(step(state, recipe, data, times).loss.item<double>(), expected, 1e-5);
}

TEST(Perturb, MicroBatchesGiveTheUpdateOfTheWholeBatch) {
  for (const adversarial::Training& training : {adversarial::Training(adversarial::PgdTraining()),
                                                adversarial::Training(adversarial::Trades())}) {
    const auto whole = recipe_with(training);
    auto parts = whole;
    parts.data.micro_batches = 4;
    EXPECT_LT(distance(after(whole, false), after(parts, false)), 1e-5);
  }
}

TEST(Perturb, ChangesTheTraining) {
  auto recipe = recipe_with(adversarial::PgdTraining());
  const auto attacked = after(recipe, true);
  EXPECT_EQ(distance(attacked, after(recipe, true)), 0);
  recipe.adversarial.reset();
  const auto plain = after(recipe, true);
  EXPECT_GT(distance(attacked, plain), 1e-5);
  recipe.adversarial = adversarial::Trades();
  EXPECT_GT(distance(after(recipe, true), plain), 1e-5);
}

/// The weights of a network with dropout after some steps.
std::vector<Named> after_dropout(std::vector<std::string> sets) {
  sets.emplace_back("precision=\"fp32\"");
  sets.emplace_back(R"(model.dropout=[{ kind = "dropout", at = "all", p = 0.3 }])");
  const auto made = plan(small::recipe(sets), small::dataset(64));
  auto state = begin(made);
  state.network->train(true);
  data::Loader loader(made.train, made.training);
  loader.start(0);
  Times times;
  for (int i = 0; i < 3; ++i) step(state, made.recipe, *loader.next(), times);
  return weights(*state.network);
}

TEST(Perturb, TheStepDrawsTheSameWithAndWithoutAnAttack) {
  const auto plain = after_dropout({});
  for (const char* mode : {"evaluation", "training"}) {
    const auto apart = [&](const char* radius) {
      const auto attack = fmt::format(
          R"(adversarial={{ kind = "pgd", steps = 2, mode = "{}", radius = {} }})", mode, radius);
      return distance(after_dropout({attack}), plain);
    };
    const double tiny = apart("1e-7");
    EXPECT_LT(tiny, 2e-3) << mode << ": other masks would change more";
    EXPECT_GT(apart("0.3"), 10 * tiny) << mode;
  }
}

adversarial::FreeTraining free_training(adversarial::Norm norm = adversarial::Norm::linf) {
  adversarial::FreeTraining options;
  options.norm = norm;
  if (norm == adversarial::Norm::l2) options.radius = 0.3;
  return options;
}

/// A state with a perturbation for the batch of that many rows.
State free_state(const recipe::Recipe& recipe, std::int64_t rows, bool with_norm = true) {
  auto state = state_of(recipe, with_norm);
  state.perturbation = at::zeros({rows, 3, 2, 2});
  return state;
}

TEST(FreeTraining, AStepIsOnePassThatMovesThePerturbation) {
  for (const auto norm : {adversarial::Norm::linf, adversarial::Norm::l2}) {
    const auto recipe = recipe_with(free_training(norm));
    auto state = free_state(recipe, 8);
    Times times;
    step(state, recipe, batch(8), times);
    EXPECT_EQ(network_of(state).passes, 1);
    EXPECT_TRUE(network_of(state).modes.front());
    const auto first = state.perturbation.clone();
    EXPECT_GT(first.abs().max().item<double>(), 0);
    for (int i = 0; i < 4; ++i) step(state, recipe, batch(8), times);
    EXPECT_FALSE(at::equal(state.perturbation, first));
    const double radius = adversarial::limit_of(*recipe.adversarial).radius;
    const auto sizes = norm == adversarial::Norm::linf
                           ? state.perturbation.abs().amax({1, 2, 3})
                           : state.perturbation.square().sum({1, 2, 3}).sqrt();
    EXPECT_LE(sizes.max().item<double>(), radius + 1e-6);
    const auto images = perturbed_images(Objective(recipe, state), batch(8), state.perturbation);
    const auto pixels = images * 0.25 + 0.5;
    EXPECT_GE(pixels.min().item<double>(), -1e-6);
    EXPECT_LE(pixels.max().item<double>(), 1 + 1e-6);
  }
}

TEST(FreeTraining, TheFirstStepIsThatWithoutIt) {
  auto recipe = recipe_with(free_training());
  auto state = free_state(recipe, 8);
  Times times;
  step(state, recipe, batch(8), times);
  recipe.adversarial.reset();
  auto plain = state_of(recipe);
  step(plain, recipe, batch(8), times);
  EXPECT_LT(distance(weights(*state.network), weights(*plain.network)), 1e-5);
  EXPECT_FALSE(plain.perturbation.defined());
}

TEST(FreeTraining, MicroBatchesGiveTheUpdateAndPerturbationOfTheWholeBatch) {
  const auto whole = recipe_with(free_training());
  auto parts = whole;
  parts.data.micro_batches = 4;
  auto one = free_state(whole, 30, false);
  auto other = free_state(parts, 30, false);
  Times times;
  for (int i = 0; i < 3; ++i) {
    step(one, whole, batch(30), times);
    step(other, parts, batch(30), times);
  }
  EXPECT_LT(distance(weights(*one.network), weights(*other.network)), 1e-5);
  EXPECT_LT((one.perturbation - other.perturbation).abs().max().item<double>(), 1e-6);
}

TEST(FreeTraining, AStepThatIsNotAppliedLeavesThePerturbation) {
  const auto recipe = recipe_with(free_training());
  auto state = free_state(recipe, 8);
  Times times;
  step(state, recipe, batch(8), times);
  const auto before = state.perturbation.clone();
  auto data = batch(8);
  data.targets = data.targets * std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(step(state, recipe, data, times).not_finite);
  EXPECT_TRUE(at::equal(state.perturbation, before));
  EXPECT_THROW(step(state, recipe, batch(9), times), Error);
  state.perturbation.reset();
  EXPECT_THROW(step(state, recipe, batch(8), times), Error);
}

TEST(Perturb, RecipesThatMakeNoSenseAreRefused) {
  const auto refused = [](const std::vector<std::string>& sets) -> std::string {
    try {
      (void)plan(small::recipe(sets), small::dataset(64));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(refused({"adversarial=pgd"}), "nothing was thrown");
  EXPECT_THAT(refused({"adversarial={ kind = \"pgd\", radius = 8 }"}),
              HasSubstr("adversarial.radius = 8, but images are at most 1 apart"));
  EXPECT_THAT(refused({R"(adversarial={ kind = "trades", norm = "l2", radius = 20 })"}),
              HasSubstr("at most 12 apart in the norm l2"));
  EXPECT_THAT(refused({R"(adversarial={ kind = "pgd", radius = { schedule = "linear", peak = 0.1, )"
                       "final = 3 } }"}),
              HasSubstr("adversarial.radius = 2.83889, but images are at most 1 apart"));
  EXPECT_EQ(refused({"adversarial=free"}), "nothing was thrown");
  EXPECT_THAT(refused({R"(adversarial={ kind = "free", radius = 8 })"}),
              HasSubstr("adversarial.radius = 8"));
  EXPECT_THAT(refused({"adversarial=free",
                       R"(data.train_size={ schedule = "linear", peak = 8, final = 12 })"}),
              HasSubstr("with adversarial.kind = \"free\" the perturbation goes on"));
  EXPECT_THAT(refused({"adversarial={ kind = \"pgd\", radius = 0 }"}),
              HasSubstr("adversarial.radius"));
  EXPECT_THAT(refused({"adversarial=pgd", "consistency=true"}),
              HasSubstr("consistency with adversarial"));
}

}  // namespace
}  // namespace temper::train
