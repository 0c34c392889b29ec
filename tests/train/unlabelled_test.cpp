// Semi-supervised training: the second stream of images, and the steps that learn from it.
#include "temper/train/unlabelled.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "temper/mix/apply.h"
#include "temper/model/layers.h"
#include "temper/train/begin.h"
#include "temper/train/checkpoint.h"
#include "temper/train/step.h"
#include "temper/train/training_batches.h"
#include "temper/train/unlabelled_rows.h"
#include "tests/support/options.h"
#include "tests/support/refusal.h"
#include "tests/train/own_network.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kClasses = 4;
constexpr std::int64_t kPixels = 3 * 8 * 8;
constexpr std::int64_t kRows = 12;
constexpr std::int64_t kRatio = 2;

/// A linear layer, so that a row's gradient does not depend on the rows beside it.
class Linear final : public small::OwnNetwork {
 public:
  explicit Linear(std::uint64_t seed = 7)
      : OwnNetwork(seed),
        classify_(weights_, "fc", kPixels, kClasses, model::ParameterKind::head) {}

  at::Tensor compute(const at::Tensor& images) override {
    return classify_(images.flatten(1)).tensor();
  }

 private:
  model::Linear classify_;
};

data::Batch images_of(std::int64_t rows, std::int64_t views, double step) {
  const auto labels = at::arange(rows, at::kLong).remainder(kClasses);
  data::Batch batch{.labels = labels,
                    .targets = at::one_hot(labels, kClasses).to(at::kFloat),
                    .labelled = at::ones({rows}, at::kBool),
                    .ids = at::arange(rows, at::kLong)};
  for (std::int64_t view = 0; view < views; ++view)
    batch.views.push_back(
        at::sin(at::arange(rows * kPixels, at::kFloat) * (step + 0.1 * static_cast<double>(view)))
            .reshape({rows, 3, 8, 8})
            .contiguous(at::MemoryFormat::ChannelsLast));
  return batch;
}

/// A batch with the unlabeled images that a recipe needs.
data::Batch batch_for(const recipe::Recipe& recipe) {
  auto batch = images_of(kRows, 1, 1.7);
  if (!recipe.semi) return batch;
  auto others = images_of(kRows * kRatio, semi::views_of(recipe.semi->method).count(), 1.3);
  others.targets = at::zeros_like(others.targets);
  batch.unlabelled = std::make_shared<const data::Batch>(std::move(others));
  return batch;
}

State state_of(const recipe::Recipe& recipe) {
  auto state = start(recipe, std::make_unique<Linear>());
  if (recipe.semi && semi::teacher_of(recipe.semi->method) != nullptr)
    state.mean_teacher = std::make_unique<Linear>();
  return state;
}

std::vector<at::Tensor> copies(const State& state) {
  std::vector<at::Tensor> all;
  for (const auto& [name, tensor] : weights(*state.network)) all.push_back(tensor.detach().clone());
  if (state.mean_teacher)
    for (const auto& [name, tensor] : weights(*state.mean_teacher))
      all.push_back(tensor.detach().clone());
  return all;
}

std::vector<at::Tensor> after(const recipe::Recipe& recipe, int steps = 3) {
  auto state = state_of(recipe);
  Times times;
  for (int i = 0; i < steps; ++i) step(state, recipe, batch_for(recipe), times);
  return copies(state);
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

recipe::Recipe with(semi::Method method) {
  recipe::Recipe recipe;
  recipe.semi = recipe::Semi{.method = method, .ratio = kRatio};
  if (semi::views_of(recipe.semi->method).strong) recipe.semi->strong = {augment::Flip{}};
  resolve_semi(recipe);
  return recipe;
}

/// Every method, with a weight and a threshold of which something is left.
class EveryMethod : public ::testing::TestWithParam<std::string_view> {
 protected:
  /// @param share  of a weight that makes a difference: squared differences are small
  [[nodiscard]] static semi::Method method(double share = 1) {
    const bool squares =
        GetParam() != semi::FixMatch::kind && GetParam() != semi::PseudoLabel::kind;
    auto method = temper::testing::alternative<semi::Method>(
        GetParam(), {{"weight", share * (squares ? 100.0 : 1.0)}});
    std::visit(
        [](auto& options) {
          if constexpr (requires { options.threshold; }) options.threshold = 0.3;
        },
        method);
    return method;
  }
};

TEST_P(EveryMethod, ChangesTheTrainingAndRepeatsIt) {
  const auto trained = after(with(method()));
  EXPECT_TRUE(same(trained, after(with(method()))));
  const auto plain = after(recipe::Recipe{});
  const std::vector<at::Tensor> network(
      trained.begin(), trained.begin() + static_cast<std::ptrdiff_t>(plain.size()));
  EXPECT_FALSE(close(network, plain));
}

TEST_P(EveryMethod, DoesNotDependOnTheMicroBatches) {
  for (const auto statistics : {recipe::SemiStatistics::all, recipe::SemiStatistics::labelled,
                                recipe::SemiStatistics::separate}) {
    auto whole = with(method());
    whole.semi->batch_norm = statistics;
    auto parts = whole;
    parts.data.micro_batches = 3;
    EXPECT_TRUE(close(after(whole), after(parts)));
  }
}

TEST_P(EveryMethod, InOnePassOrInSeveralIsTheSameWithoutBatchNorm) {
  auto one = with(method());
  one.semi->batch_norm = recipe::SemiStatistics::all;
  for (const auto statistics : {recipe::SemiStatistics::labelled, recipe::SemiStatistics::separate,
                                recipe::SemiStatistics::interleaved}) {
    auto others = one;
    others.semi->batch_norm = statistics;
    EXPECT_TRUE(close(after(one), after(others)));
  }
}

TEST_P(EveryMethod, OfNoWeightIsSupervisedTraining) {
  if (GetParam() == semi::MixMatch::kind) return;  // the labeled images are mixed all the same
  auto trained = after(with(method(0)));
  const auto plain = after(recipe::Recipe{});
  trained.resize(plain.size());
  EXPECT_TRUE(close(trained, plain));
}

TEST_P(EveryMethod, TargetsLeaveStateAndBatchAsTheyAre) {
  const auto recipe = with(method());
  const auto state = state_of(recipe);
  const auto before = copies(state);
  const auto batch = batch_for(recipe);
  const auto images = batch.views.front().clone();
  const auto others = batch.unlabelled->views.front().clone();
  const auto first = with_targets(state, recipe, batch);
  const auto again = with_targets(state, recipe, batch);
  EXPECT_TRUE(same(copies(state), before));
  EXPECT_TRUE(at::equal(batch.views.front(), images));
  EXPECT_TRUE(at::equal(batch.unlabelled->views.front(), others));
  EXPECT_TRUE(at::equal(first.unlabelled->targets, again.unlabelled->targets));
  EXPECT_EQ(std::ssize(first.unlabelled->views), semi::trained_views(recipe.semi->method));
  EXPECT_FALSE(first.unlabelled->targets.requires_grad());
}

INSTANTIATE_TEST_SUITE_P(Unlabelled, EveryMethod,
                         ::testing::ValuesIn(temper::testing::kinds<semi::Method>()),
                         [](const auto& test) { return std::string(test.param); });

at::Tensor loss_of(const recipe::Recipe& recipe) {
  auto state = state_of(recipe);
  Times times;
  return step(state, recipe, batch_for(recipe), times).loss;
}

/// The logits of the network before its first step.
at::Tensor logits_of(const at::Tensor& images) {
  Linear network;
  return network.forward(images).detach();
}

TEST(Unlabelled, FixMatchAddsTheCrossEntropyOfTheConfidentStrongViews) {
  const auto recipe = with(semi::FixMatch{.threshold = 0.35, .weight = 2});
  const auto batch = batch_for(recipe);
  const auto& views = batch.unlabelled->views;
  const auto [confidence, guess] = at::softmax(logits_of(views[0]), 1).max(1);
  const auto kept = confidence.ge(0.35);
  const auto share = kept.to(at::kFloat).mean().item<double>();
  ASSERT_GT(share, 0);
  ASSERT_LT(share, 1);
  const auto rows = at::cross_entropy_loss(logits_of(views[1]), guess, {}, /*none*/ 0);
  const auto expected = at::cross_entropy_loss(logits_of(batch.views.front()), batch.labels)
                            .add(rows.mul(kept).mean(), 2);
  EXPECT_NEAR(loss_of(recipe).item<double>(), expected.item<double>(), 1e-5);
}

TEST(Unlabelled, MixMatchMixesAllImagesOfTheStep) {
  const semi::MixMatch options{.weight = 3};
  const auto recipe = with(options);
  EXPECT_EQ(recipe.semi->batch_norm, recipe::SemiStatistics::interleaved);
  const auto batch = batch_for(recipe);
  const auto& views = batch.unlabelled->views;
  ASSERT_EQ(views.size(), 2U);
  const auto guess = semi::sharpened(
      at::softmax(logits_of(views[0]), 1).add(at::softmax(logits_of(views[1]), 1)).div(2), 0.5);
  const auto images = at::cat({batch.views.front(), views[0], views[1]});
  const auto plan =
      mix::plan({.methods = {mix::Mixup{.alpha = 0.75, .fold = true}}, .mode = mix::Mode::elem},
                {.seed = unlabelled_seed(recipe), .step = 0},
                {.rows = images.size(0), .images = {.height = 8, .width = 8}});
  mix::mix_images(plan, images);
  const auto targets = mix::mix_targets(plan, at::cat({batch.targets, guess, guess}));
  const auto logits = logits_of(images);
  const auto labelled =
      at::cross_entropy_loss(logits.narrow(0, 0, kRows), targets.narrow(0, 0, kRows));
  const auto rest = images.size(0) - kRows;
  const auto squares = at::softmax(logits.narrow(0, kRows, rest), 1)
                           .sub(targets.narrow(0, kRows, rest))
                           .square()
                           .mean();
  EXPECT_NEAR(loss_of(recipe).item<double>(), labelled.add(squares, 3).item<double>(), 1e-5);
  for (const auto& row : plan.rows)
    EXPECT_GE(plan.blends[row.blend].weights.front(), 0.5) << "an image is the larger part";
}

TEST(Unlabelled, TheTeacherIsAMovingAverageOfTheParameters) {
  semi::MeanTeacher options;
  options.ema_decay = 0.6;
  const auto recipe = with(options);
  auto state = state_of(recipe);
  Times times;
  auto expected = state.network->parameters().front().value.detach().clone();
  for (const double decay : {0.5, 0.6, 0.6}) {
    step(state, recipe, batch_for(recipe), times);
    expected.mul_(decay).add_(state.network->parameters().front().value.detach(), 1 - decay);
  }
  EXPECT_TRUE(at::allclose(weights(*state.mean_teacher).front().second, expected));
}

TEST(UnlabelledRows, AreExchangedInBlocksAsInMixMatchsCode) {
  // interleave([x, y, z], 8): blocks of 2, 3 and 3 rows.
  const auto group = [](std::int64_t first) { return at::arange(first, first + 8, at::kLong); };
  const std::vector<at::Tensor> groups{group(0), group(10), group(20)};
  const auto mixed = interleaved(groups);
  const auto numbers = [](const at::Tensor& of) {
    return std::vector<std::int64_t>(of.const_data_ptr<std::int64_t>(),
                                     of.const_data_ptr<std::int64_t>() + of.numel());
  };
  EXPECT_EQ(numbers(mixed[0]), (std::vector<std::int64_t>{0, 1, 12, 13, 14, 25, 26, 27}));
  EXPECT_EQ(numbers(mixed[1]), (std::vector<std::int64_t>{10, 11, 2, 3, 4, 15, 16, 17}));
  EXPECT_EQ(numbers(mixed[2]), (std::vector<std::int64_t>{20, 21, 22, 23, 24, 5, 6, 7}));
  EXPECT_TRUE(same(interleaved(mixed), groups));
}

/// A plan with few labels: 51 training images, of which 16 keep theirs.
Plan planned(const std::vector<std::string>& sets = {}) {
  std::vector<std::string> all{"data.labels=16", "semi.ratio=2", "semi.method=mean_teacher"};
  all.insert(all.end(), sets.begin(), sets.end());
  return plan(small::recipe(all), small::dataset(64));
}

TEST(UnlabelledPlan, ACheckpointHoldsTheTeachersBuffers) {
  const auto made = planned();
  auto state = begin(made);
  for (const auto& buffer : state.mean_teacher->buffers()) buffer.value.fill_(7);
  const small::Directory directory;
  write_checkpoint(snapshot(state, {}), directory.path);
  auto again = begin(made);
  load_checkpoint(again, checkpoint_at(directory.path, 0));
  ASSERT_FALSE(again.mean_teacher->buffers().empty());
  for (const auto& buffer : again.mean_teacher->buffers())
    EXPECT_TRUE(buffer.value.eq(7).all().item<bool>()) << buffer.name;
}

TEST(UnlabelledPlan, PassesOnceThroughTheImagesWithoutLabelInAnEpoch) {
  const auto made = planned();
  EXPECT_EQ(made.train->size(), 16);
  EXPECT_EQ(made.unlabelled->size(), 51);
  EXPECT_EQ(made.horizon.steps_per_epoch, 51 / 16);
  EXPECT_EQ(made.training_unlabelled.views.size(), 2U);
  EXPECT_EQ(planned({"semi.include_labelled=false"}).unlabelled->size(), 35);
  EXPECT_TRUE(made.data_notes.empty());
}

TEST(UnlabelledPlan, BatchesDoNotDependOnThreadsOrOnWhereTheyStart) {
  const auto made = planned();
  TrainingBatches all(made);
  const auto threaded = planned({"data.num_workers=3"});
  TrainingBatches other(threaded);
  all.start(1);
  other.start(1, 1);
  std::map<std::int64_t, int> seen;
  std::int64_t count = 0;
  while (const auto* batch = all.next()) {
    ASSERT_TRUE(batch->unlabelled);
    EXPECT_EQ(batch->ids.size(0), 8);
    EXPECT_EQ(batch->unlabelled->ids.size(0), 16);
    EXPECT_TRUE(batch->labelled.all().item<bool>());
    EXPECT_FALSE(batch->unlabelled->labelled.any().item<bool>());
    for (std::int64_t i = 0; i < 16; ++i) ++seen[batch->unlabelled->ids[i].item<std::int64_t>()];
    if (count++ == 0) continue;
    const auto* same_batch = other.next();
    ASSERT_NE(same_batch, nullptr);
    EXPECT_TRUE(at::equal(batch->views[0], same_batch->views[0]));
    EXPECT_TRUE(at::equal(batch->unlabelled->views[1], same_batch->unlabelled->views[1]));
  }
  EXPECT_EQ(count, made.horizon.steps_per_epoch);
  for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << id;
}

/// The network after the first step.
struct AfterAStep {
  std::vector<at::Tensor> parameters;
  std::vector<at::Tensor> statistics;  ///< its floating-point buffers
};

AfterAStep after_a_step(const Plan& made) {
  auto state = begin(made);
  TrainingBatches batches(made);
  batches.start(0);
  Times times;
  state.network->train(true);
  step(state, made.recipe, *batches.next(), times);
  AfterAStep after;
  for (const auto& parameter : state.network->parameters())
    after.parameters.push_back(parameter.value.detach().clone());
  for (const auto& buffer : state.network->buffers())
    if (buffer.value.is_floating_point()) after.statistics.push_back(buffer.value.clone());
  return after;
}

TEST(UnlabelledPlan, OnlyLabeledImagesUpdateRunningStatisticsWhereItIsAsked) {
  const auto labelled = after_a_step(planned({"semi.batch_norm=labelled"}));
  const auto all = after_a_step(planned({"semi.batch_norm=all"}));
  const auto made = planned();
  auto supervised = made;
  supervised.recipe.semi.reset();
  EXPECT_TRUE(same(labelled.statistics, after_a_step(supervised).statistics));
  EXPECT_FALSE(same(all.statistics, labelled.statistics));
}

TEST(UnlabelledPlan, SeparatePassesTrainAlikeWhicheverUpdateTheRunningStatistics) {
  const auto labelled = after_a_step(planned({"semi.batch_norm=labelled"}));
  const auto separate = after_a_step(planned({"semi.batch_norm=separate"}));
  EXPECT_TRUE(same(separate.parameters, labelled.parameters));
  EXPECT_FALSE(same(separate.statistics, labelled.statistics));
}

TEST(UnlabelledPlan, ACheckpointHasTheTeacher) {
  const small::Directory directory;
  const auto made = planned();
  TrainingBatches batches(made);
  Times times;
  auto state = begin(made);
  state.network->train(true);
  batches.start(0);
  step(state, made.recipe, *batches.next(), times);
  write_checkpoint(snapshot(state, {}), directory.path);
  auto other = begin(made);
  EXPECT_FALSE(same(copies(other), copies(state)));
  load_checkpoint(other, checkpoint_at(directory.path, 1));
  EXPECT_TRUE(same(copies(other), copies(state)));
  other.network->train(true);
  const auto batch = batches.next()->to(at::kCPU);
  step(state, made.recipe, batch, times);
  step(other, made.recipe, batch, times);
  EXPECT_TRUE(same(copies(other), copies(state)));
}

std::string refusal(const std::vector<std::string>& sets) {
  return temper::testing::refusal([&] { (void)plan(small::recipe(sets), small::dataset(64)); });
}

std::string refused_with(const std::vector<std::string>& sets) {
  std::vector<std::string> all{"data.labels=16", "semi.method=pseudo_label"};
  all.insert(all.end(), sets.begin(), sets.end());
  return refusal(all);
}

TEST(UnlabelledPlan, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refused_with({}), "(not refused)");
  EXPECT_THAT(refusal({"semi.method=pseudo_label"}), HasSubstr("all 51 training images have"));
  EXPECT_THAT(refusal({"data.labels=60"}), HasSubstr("data.labels = 60 asks for 30 of each class"));
  EXPECT_THAT(refused_with({"data.labelled=0.5"}), HasSubstr("data.labels = 16 and data.labelled"));
  EXPECT_THAT(refused_with({"semi.ratio=7"}), HasSubstr("ask for 56 unlabeled images a step"));
  EXPECT_THAT(refused_with({"semi.method=fixmatch"}), HasSubstr("semi.augment has no operations"));
  EXPECT_THAT(refused_with({"semi.augment=[\"flip\"]"}), HasSubstr("semi.augment is given"));
  EXPECT_THAT(refused_with({"semi.method=mixmatch", "mixing=true"}), HasSubstr("mixing with semi"));
  EXPECT_THAT(refused_with({"semi.batch_norm=interleaved", "data.micro_batches=2"}),
              HasSubstr("exchanges images within the whole batch"));
  EXPECT_THAT(refused_with({"sam=true"}), HasSubstr("sam with semi"));
  EXPECT_THAT(refused_with({"consistency=true"}), HasSubstr("consistency with semi"));
  EXPECT_THAT(refused_with({"adversarial=pgd"}), HasSubstr("adversarial with semi"));
  EXPECT_THAT(refused_with({"loss=bce"}), HasSubstr("softmax probabilities"));
  EXPECT_THAT(refused_with({R"(semi.augment=[{ kind = "flip", p = { schedule = "plateau" } }])",
                            "semi.method=fixmatch"}),
              HasSubstr("plateau"));
}

TEST(UnlabelledPlan, SchedulesOfTheStrongViewReachItAlone) {
  const auto made = planned(
      {"semi.method=fixmatch",
       R"(semi.augment=[{ kind = "flip", p = { schedule = "linear", peak = 0, final = 1 } }])"});
  auto pipelines = data::pipelines_of(made.training_unlabelled);
  ASSERT_EQ(pipelines.size(), 2U);
  made.training_unlabelled.adapt(made.horizon.total_steps - 1, pipelines);
  EXPECT_GT(std::get<augment::Flip>(pipelines[1].operations().back()).p, 0.5);
  EXPECT_EQ(std::get<augment::Flip>(pipelines[0].operations().back()).p, 0.5);
}

}  // namespace
}  // namespace temper::train
