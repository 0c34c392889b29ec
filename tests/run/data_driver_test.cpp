#include "temper/train/data_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "temper/core/error.h"
#include "temper/cost/estimate.h"
#include "temper/cost/memory.h"
#include "temper/cost/preflight.h"
#include "temper/io/disk/hash.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "tests/support/refusal.h"
#include "tests/train/fixed_network.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using train::small::plan_of;

/// Images that grow from 8 x 8 to 12 x 12 pixels, with an increasing probability of flipping.
train::Plan growing(std::vector<std::string> more = {}) {
  std::vector<std::string> sets{R"(data.train_size={ schedule = "linear", peak = 8, final = 12 })",
                                R"(data.augment.1.p={ schedule = "linear", peak = 0, final = 1 })"};
  sets.insert(sets.end(), more.begin(), more.end());
  return plan_of(sets);
}

std::string refused(const std::vector<std::string>& sets) {
  return temper::testing::refusal([&] { (void)plan_of(sets); });
}

std::string weights_of(const train::small::fs::path& run) {
  return io::hash_file(run / "model.safetensors") + io::hash_file(run / "model-ema.safetensors");
}

TEST(TrainingSize, IsTheRoundedSideInTheProportionsOfTheInput) {
  recipe::Recipe recipe;
  const schedule::Horizon horizon{10, 41};
  EXPECT_FALSE(train::TrainingSize(recipe, horizon, {20, 30}).given());
  EXPECT_EQ(train::TrainingSize(recipe, horizon, {20, 30}).at(3), (augment::Size{20, 30}));
  recipe.data.train_size = 14.5;
  EXPECT_EQ(train::TrainingSize(recipe, horizon, {20, 30}).at(3), (augment::Size{10, 15}));
  EXPECT_EQ(train::TrainingSize(recipe, horizon, {30, 30}).at(3), (augment::Size{15, 15}));
  recipe.data.train_size = 30;
  EXPECT_EQ(train::TrainingSize(recipe, horizon, {20, 30}).at(3), (augment::Size{20, 30}));

  recipe.schedules["data.train_size"] = schedule::Linear{.peak = 10, .final_value = 50};
  const train::TrainingSize sizes(recipe, horizon, {30, 30});
  EXPECT_EQ(sizes.at(0).height, 10);
  EXPECT_EQ(sizes.smallest_at(), 0);
  EXPECT_EQ(sizes.at(sizes.largest_at()).height, 49)
      << "the schedule's end is behind the last step";
  double mean = 0;
  for (int step = 0; step < 41; ++step) mean += std::pow(sizes.at(step).height, 2) / 41;
  EXPECT_NEAR(std::pow(sizes.at(sizes.typical_at()).height, 2), mean, 34) << "half a pixel's worth";
}

TEST(TrainingSize, ThatNoNetworkCanUseIsRefused) {
  EXPECT_THAT(
      refused({"data.train_size=0.5"}),
      ::testing::EndsWith("data.train_size = 0.5; expected 8 pixels or more: it is a side in "
                          "pixels, not a fraction of data.size"));
  EXPECT_THAT(
      refused({R"(data.train_size={ schedule = "linear", peak = 12, final = 2 })"}),
      HasSubstr("data.train_size: its schedule gives 3.11111 at step 16 of 18; expected 8"));
  EXPECT_THAT(refused({R"(data.train_size={ schedule = "linear", peak = 8, final = 1e5 })"}),
              HasSubstr("expected [0, 8192]"));
}

TEST(DataDriver, ChecksOperationsAtEveryStep) {
  const auto message = refused(
      {R"(data.augment=[{ kind = "random_resized_crop", scale_high = 0.5, scale_low = { schedule = "linear", peak = 0.1, final = 0.9 } }])"});
  EXPECT_THAT(message, StartsWith("--set data.augment=[{ kind = "));
  EXPECT_THAT(message, HasSubstr("]: data.augment.0: random_resized_crop: scale_low = 0.54"));
  EXPECT_THAT(message, EndsWith("is larger than scale_high = 0.5 (at step 10 of 18; "
                                "data.augment.0.scale_low is between 0.1 and 0.855556 by its "
                                "schedule)"));
  EXPECT_THAT(refused({R"(data.augment.1.p={ schedule = "linear", peak = 0, final = 2 })"}),
              HasSubstr("data.augment.1.p: its schedule gives"));
}

TEST(DataDriver, NamesANestedOperationAndTheRangeOfItsSchedule) {
  const auto message = refused(
      {R"(data.augment.1={ kind = "random_apply", p = { schedule = "linear", peak = 0, final = 1 }, operations = ["flip", { kind = "rand_augment", magnitude = { schedule = "linear", peak = 0, final = 17 } }] })"});
  EXPECT_THAT(message, StartsWith("--set data.augment.1={ kind = "));
  EXPECT_THAT(message,
              HasSubstr("}: data.augment.1.operations.1: rand_augment has magnitude = 10."));
  EXPECT_THAT(message,
              EndsWith("(timm's mmax) (at step 11 of 18; data.augment.1.operations.1.magnitude is "
                       "between 0 and 16.0556 by its schedule)"));
}

TEST(DataDriver, WritesTheValuesOfTheStep) {
  const auto plan = growing();
  ASSERT_TRUE(plan.training.adapt);
  EXPECT_EQ(plan.evaluation.size, (augment::Size{12, 12}));
  auto views = data::pipelines_of(plan.training);
  ASSERT_EQ(views.size(), 1U);
  for (const std::int64_t step : {9, 0, 17}) {
    plan.training.adapt(step, views);
    EXPECT_DOUBLE_EQ(std::get<augment::Flip>(views[0].operations()[1]).p,
                     static_cast<double>(step) / 18);
    const auto side = std::llround(8 + 4 * static_cast<double>(step) / 18);
    EXPECT_EQ(views[0].input(), (augment::Size{side, side}));
  }
  plan.training.adapt(1000, views);
  EXPECT_EQ(views[0].input(), plan.training.size) << "beyond the end as at the last step";
  EXPECT_FALSE(plan_of({}).training.adapt);
  EXPECT_FALSE(plan_of({"data.train_size=10"}).training.adapt);
}

TEST(DataDriver, AtTheInputsSizeNothingChanges) {
  const auto plain = plan_of({});
  for (const auto* edit :
       {"data.train_size=12", R"(data.train_size={ schedule = "constant", value = 12 })"}) {
    const auto same = plan_of({edit});
    data::Loader left(plain.train, plain.training);
    data::Loader right(same.train, same.training);
    left.start(1);
    right.start(1);
    while (const auto* batch = left.next())
      EXPECT_TRUE(batch->views[0].equal(right.next()->views[0]));
  }
}

TEST(DataDriver, ARunThatStopsAndGoesOnIsThatWhichDidNot) {
  const train::small::Directory folder;
  run(growing(), {.directory = folder.path / "whole"});
  for (const std::int64_t at : {4, 9, 12}) {
    const auto name = folder.path / ("stopped at " + std::to_string(at));
    run(growing({"data.num_workers=3"}), {.directory = name, .stop_at = at});
    run(growing({"data.num_workers=1"}), {.directory = name});
    EXPECT_EQ(weights_of(name), weights_of(folder.path / "whole")) << at;
  }
  run(plan_of({}), {.directory = folder.path / "other"});
  EXPECT_NE(weights_of(folder.path / "other"), weights_of(folder.path / "whole"));
}

TEST(DataDriver, WritesTheValuesOfTheStepToEveryViewThatHasTheOperation) {
  const auto plan = growing({"consistency={ views = 3, first_view = 1 }",
                             R"(data.augment.0={ kind = "flip", p = 0.25 })"});
  auto views = data::pipelines_of(plan.training);
  ASSERT_EQ(views.size(), 3U);
  plan.training.adapt(9, views);
  EXPECT_EQ(views[0].operations().size(), 2U) << "one of the recipe's, and the resize behind it";
  for (auto& view : views) {
    EXPECT_DOUBLE_EQ(std::get<augment::Flip>(view.operations()[0]).p, 0.25);
    EXPECT_EQ(view.input(), (augment::Size{10, 10}));
  }
  for (const auto later : {1U, 2U})
    EXPECT_DOUBLE_EQ(std::get<augment::Flip>(views[later].operations()[1]).p, 0.5);
}

TEST(DataDriver, ReachesNestedOperations) {
  const auto plan =
      plan_of({R"(data.augment.1={ kind = "random_apply", operations = ["pad_crop", "flip"] })",
               R"(data.augment.1.operations.1.p={ schedule = "linear", peak = 0, final = 1 })"});
  auto views = data::pipelines_of(plan.training);
  plan.training.adapt(9, views);
  const auto& holder = std::get<augment::RandomApply>(views[0].operations()[1]);
  EXPECT_EQ(holder.p, 0.5);
  EXPECT_DOUBLE_EQ(std::get<augment::Flip>(holder.operations[1]).p, 0.5);
}

TEST(DataDriver, ReachesTheWeightsOfAChoice) {
  const auto plan = plan_of(
      {R"(data.augment.1={ kind = "one_of", operations = ["pad_crop", "flip"], weights = [1, 0] })",
       R"(data.augment.1.weights.1={ schedule = "linear", peak = 0, final = 3 })"});
  auto views = data::pipelines_of(plan.training);
  plan.training.adapt(9, views);
  const auto& choice = std::get<augment::OneOf>(views[0].operations()[1]);
  EXPECT_EQ(choice.weights.at(0), 1);
  EXPECT_DOUBLE_EQ(choice.weights.at(1), 1.5);
}

TEST(DataDriver, AReplayHasTheStepsSizeAndValues) {
  const train::small::Directory folder;
  const auto plan = growing();
  run(plan, {.directory = folder.path / "run"});
  for (const std::int64_t step : {1, 11}) {
    const auto again = replay(plan, folder.path / "run", step);
    EXPECT_GT(again.check.lines, 0);
    EXPECT_FALSE(again.check.first_difference) << "step " << step;
    const auto side = std::llround(8 + 4 * static_cast<double>(step - 1) / 18);
    EXPECT_EQ(again.images.sizes(), (at::IntArrayRef{8, 1, side, side}));
    for (const auto& sample : again.samples) {
      ASSERT_EQ(sample.augment.size(), 3U) << "and the resize behind them";
      EXPECT_DOUBLE_EQ(sample.augment[1].draws.at(0).high, static_cast<double>(step - 1) / 18);
      EXPECT_EQ(sample.augment[2].after.window.size(), (augment::Size{side, side}));
    }
  }
}

TEST(DataDriver, MemoryAndTimeAreOfTheSizesThatTheRunHas) {
  // oneDNN's gradient of a strided 1 x 1 convolution of larger images writes out of bounds with few
  // channels (github.com/uxlfoundation/oneDNN, issue 6035); this number of channels is safe.
  const std::string width = "model.width=16";
  const auto small = cost::memory_need(plan_of({width, "data.train_size=8"}));
  const auto same = cost::memory_need(plan_of({width}));
  const auto large = cost::memory_need(
      plan_of({width, R"(data.train_size={ schedule = "linear", peak = 8, final = 48 })"}));
  EXPECT_LT(small.loader, same.loader);
  EXPECT_GT(large.loader, 10 * same.loader);
  EXPECT_GT(large.total, same.total);
  EXPECT_EQ(cost::estimate(plan_of({}), 5).size, (augment::Size{12, 12}));
  EXPECT_EQ(cost::estimate(growing(), 5).size, (augment::Size{10, 10}));
}

TEST(DataDriver, ANetworkThatCannotTakeTheSizesIsRefused) {
  EXPECT_NO_THROW(cost::require_sizes(growing()));
  auto recipe =
      train::small::recipe({R"(data.train_size={ schedule = "linear", peak = 8, final = 12 })"});
  recipe.model =
      model::Custom{.name = "fixed", .function = [](const model::Task& task, std::uint64_t) {
                      return std::make_unique<train::small::FixedNetwork>(task);
                    }};
  try {
    run(train::plan(recipe, train::small::dataset(64)),
        {.directory = train::small::Directory().path / "run"});
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("data.train_size: the network can't take the images of 8 x "
                                        "8 pixels of step 0 (mat1 and mat2 shapes"));
    EXPECT_THAT(error.what(), ::testing::EndsWith("it is built for 12 x 12"));
  }
}

}  // namespace
}  // namespace temper::run
