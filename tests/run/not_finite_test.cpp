// Runs whose numbers would not stay finite: refused beforehand, or stopped before anything is
// evaluated or saved.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/sum.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/cost/estimate.h"
#include "temper/cost/preflight.h"
#include "temper/evaluate/evaluate.h"
#include "temper/evaluate/scores.h"
#include "temper/io/disk/read_file.h"
#include "temper/model/layers.h"
#include "temper/run/run.h"
#include "temper/train/begin.h"
#include "temper/train/checkpoint.h"
#include "tests/support/refusal.h"
#include "tests/train/own_network.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A network in which 12 x 12 pixels become a single one before layer3, one image per pass; 51
/// images to train on: epochs of 25 steps.
train::Plan one_pixel(std::vector<std::string> more = {}) {
  std::vector<std::string> sets{"model.depth=18", "model.stem=imagenet", "data.batch_size=2",
                                "data.micro_batches=2"};
  sets.insert(sets.end(), more.begin(), more.end());
  return train::plan(train::small::recipe(sets), train::small::dataset(64));
}

std::string refusal(const train::Plan& plan) {
  return temper::testing::refusal([&] { cost::require_batch_statistics(plan); });
}

TEST(BatchStatistics, OfASingleValueAreRefusedBeforeTheRun) {
  const train::small::Directory folder;
  try {
    run(one_pixel(), {.directory = folder.path / "run"});
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("data.batch_size = 2 in data.micro_batches = 2 gives a pass of 1 "
                                "image"),
                      HasSubstr("images of 12 x 12 pixels (step 0 of the run) are a single pixel "
                                "at the BatchNorm layer layer3.0.bn1")));
  }
  EXPECT_FALSE(fs::exists(folder.path / "run"));
  EXPECT_THROW((void)cost::estimate(one_pixel(), 1), Error);
  EXPECT_THROW((void)cost::overfit_one_batch(one_pixel(), 1), Error);
}

TEST(BatchStatistics, OfTwoValuesAreNot) {
  EXPECT_EQ(refusal(one_pixel({"data.micro_batches=1"})), "(not refused)");
  EXPECT_EQ(refusal(one_pixel({"model.stem=cifar"})), "(not refused)");
  EXPECT_EQ(refusal(one_pixel({"data.batch_size=4"})), "(not refused)");
  EXPECT_THAT(refusal(one_pixel({"data.batch_size=3"})), HasSubstr("gives a pass of 1 image"))
      << "parts of one and two images";
}

TEST(BatchStatistics, OfFrozenLayersAreNotOnesOfTheBatch) {
  EXPECT_EQ(refusal(one_pixel({"freeze={ stages = 5 }"})), "(not refused)");
  EXPECT_THAT(refusal(one_pixel({"freeze={ stages = 4 }"})), HasSubstr("layer layer4.0.bn1"));
  EXPECT_THAT(refusal(one_pixel({"freeze={ stages = 5, epochs = 1 }"})),
              HasSubstr("(step 74 of the run) are a single pixel at the BatchNorm layer "
                        "layer3.0.bn1"));
}

TEST(BatchStatistics, AreOfAllViewsButWhenTheyAreReestimated) {
  const std::vector<std::string> views{"data.batch_size=1", "data.micro_batches=1",
                                       "consistency=true"};
  EXPECT_EQ(refusal(one_pixel(views)), "(not refused)");
  auto averaged = views;
  averaged.emplace_back("averaging=[\"swa\"]");
  EXPECT_THAT(refusal(one_pixel(averaged)),
              HasSubstr("data.batch_size = 1 gives, when BatchNorm's statistics are re-estimated "
                        "for averaged weights, a pass of 1 image"));
}

TEST(BatchStatistics, AreCheckedAtTheSmallestTrainingImages) {
  const std::vector<std::string> sets{"model.stem=cifar", "model.layers=[1, 1, 1, 1]"};
  EXPECT_EQ(refusal(one_pixel(sets)), "(not refused)");
  auto growing = sets;
  growing.emplace_back("data.train_size={ schedule = \"linear\", peak = 8, final = 12 }");
  EXPECT_THAT(refusal(one_pixel(growing)),
              HasSubstr("images of 8 x 8 pixels (step 0 of the run) are a single pixel at the "
                        "BatchNorm layer layer4.0.bn1"));
}

/// A user's network, which has no graph; its BatchNorm sees one value per image.
class Averaged final : public train::small::OwnNetwork {
 public:
  Averaged(const model::Task& task, std::uint64_t seed)
      : OwnNetwork(seed),
        norm_(weights_, "norm", task.channels),
        classify_(weights_, "fc", task.channels, task.classes, model::ParameterKind::head) {}

  at::Tensor compute(const at::Tensor& images) override {
    const model::Mode mode{.training = training_, .momentum = momentum_};
    const auto x = norm_(images.mean({2, 3}, true), mode).tensor();
    return classify_(x.flatten(1)).tensor();
  }
  bool set_statistics_momentum(std::optional<double> momentum) override {
    momentum_ = momentum;
    return true;
  }

 private:
  model::BatchNorm norm_;
  model::Linear classify_;
  std::optional<double> momentum_;
};

recipe::Recipe of_one_value(const std::vector<std::string>& more = {}) {
  std::vector<std::string> sets{"data.batch_size=1", "optimizer.lr=0", "precision=fp32"};
  sets.insert(sets.end(), more.begin(), more.end());
  auto recipe = train::small::recipe(sets);
  recipe.model = model::Custom{.name = "averaged",
                               .function = [](const model::Task& task, std::uint64_t seed) {
                                 return std::make_unique<Averaged>(task, seed);
                               }};
  return recipe;
}

std::string failure(const recipe::Recipe& recipe, const fs::path& directory) {
  return temper::testing::refusal(Code::numerical, [&] {
    run(train::plan(recipe, train::small::dataset(64)), {.directory = directory});
  });
}

TEST(NotFiniteRun, ItsMessageNamesTheBufferAndNotTheLearningRate) {
  const train::small::Directory folder;
  EXPECT_THAT(failure(of_one_value(), folder.path),
              AllOf(HasSubstr("at step 1 the training loss is "),
                    HasSubstr(", the buffer norm.running_var is not finite (learning rate 0)"),
                    HasSubstr("where a channel has a single value in a pass"),
                    Not(HasSubstr("Lower the learning rate"))));
  EXPECT_THAT(train::list_checkpoints(folder.path / "checkpoints"), IsEmpty());
  EXPECT_THAT(io::read_text(folder.path / "metrics.jsonl"),
              HasSubstr(R"("tensor":"the buffer norm.running_var")"));
}

TEST(NotFiniteRun, ReestimatedStatisticsAreChecked) {
  const auto plan = train::plan(of_one_value({"averaging=[\"swa\"]"}), train::small::dataset(64));
  train::prepare_thread(plan);
  auto state = train::begin(plan);
  EXPECT_THAT(
      temper::testing::refusal(Code::numerical,
                               [&] { (void)evaluate::averaged_scores(state, plan.recipe, plan); }),
      AllOf(HasSubstr("the buffer norm.running_var is not finite after BatchNorm's "
                      "statistics were re-estimated"),
            HasSubstr("where a channel has a single value in a pass")));
}

TEST(NotFiniteRun, AnEvaluationNamesTheBufferOfANetworkThatWasSavedSo) {
  const auto plan = train::plan(of_one_value(), train::small::dataset(64));
  const auto state = train::begin(plan);
  {
    const at::NoGradGuard guard;
    state.network->buffers()[1].value.fill_(std::numeric_limits<double>::quiet_NaN());
  }
  EXPECT_THAT(
      temper::testing::refusal(Code::numerical,
                               [&] { (void)evaluate::predict(*state.network, plan, plan.probe); }),
      HasSubstr("because norm.running_var of the network is not"));
}

at::Tensor steep(const at::Tensor& logits, const at::Tensor&) {
  return logits.sum() * 1000;
}

TEST(NotFiniteRun, InfiniteWeightsAreNotSaved) {
  const train::small::Directory folder;
  auto recipe = train::small::recipe({"optimizer={ kind = \"sgd\", lr = 1e38, momentum = 0 }",
                                      "checkpoint.every_steps=1", "precision=fp32"});
  recipe.loss = loss::Custom{.name = "steep", .function = steep};
  EXPECT_THAT(failure(recipe, folder.path),
              AllOf(HasSubstr("after step 1 the weight "), HasSubstr("(learning rate 1e+38)"),
                    HasSubstr("Lower the learning rate")));
  EXPECT_THAT(train::list_checkpoints(folder.path / "checkpoints"), IsEmpty());
}

TEST(NotFiniteRun, InfiniteWeightsAreNotEvaluated) {
  const train::small::Directory folder;
  auto recipe = train::small::recipe({"optimizer={ kind = \"sgd\", lr = 1e38, momentum = 0 }",
                                      "epochs=0", "steps=1", "precision=fp32"});
  recipe.loss = loss::Custom{.name = "steep", .function = steep};
  EXPECT_THAT(failure(recipe, folder.path), HasSubstr("after step 1 the weight "));
}

}  // namespace
}  // namespace temper::run
