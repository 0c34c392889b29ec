#include "temper/tune/range_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/recipe/recipe.h"
#include "tests/support/golden.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"
#include "tests/tune/unread_source.h"

namespace temper::tune {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

data::Dataset dataset() {
  auto data = train::small::dataset(80);
  data.test = std::make_shared<UnreadSource>(train::small::dataset(20, 2).train);
  return data;
}

RangeTestOptions options(double low, double high, std::int64_t steps = 12) {
  RangeTestOptions made;
  made.low = low;
  made.high = high;
  made.steps = steps;
  return made;
}

RangeTest test(const std::vector<std::string>& sets, const RangeTestOptions& asked) {
  return range_test(train::small::recipe(sets), dataset(), asked);
}

std::string refusal(const RangeTestOptions& asked) {
  return temper::testing::refusal([&] { (void)test({}, asked); });
}

TEST(RangeTest, SmoothsAndSuggestsAsFastaiDoes) {
  const auto golden = testing::golden("tune/lr_find.json");
  for (const auto& one : golden.at("cases")) {
    const auto rates = one.at("lr").get<std::vector<double>>();
    const auto losses = one.at("loss").get<std::vector<double>>();
    const auto expected = one.at("smoothed").get<std::vector<double>>();
    SmoothedLoss smoothed(one.at("beta").get<double>());
    std::vector<RangePoint> points;
    for (std::size_t i = 0; i < rates.size(); ++i) {
      points.push_back({.step = static_cast<std::int64_t>(i) + 1,
                        .lr = rates[i],
                        .loss = losses[i],
                        .smoothed = smoothed.add(losses[i])});
      EXPECT_NEAR(points.back().smoothed, expected[i], 1e-12) << i;
    }
    const auto found = suggest(points, rates.size() / 10, 5);
    EXPECT_NEAR(found.steepest_descent.value_or(0), one.at("steep").get<double>(), 1e-15);
    EXPECT_NEAR(found.minimum_tenth.value_or(0), one.at("minimum").get<double>(), 1e-15);
  }
}

TEST(RangeTest, SuggestsNothingFromTooFewPointsOrARisingLoss) {
  std::vector<RangePoint> points;
  for (int i = 0; i < 7; ++i)
    points.push_back({.step = i + 1, .lr = std::pow(10, i - 6), .loss = 1, .smoothed = 1.0 + i});
  EXPECT_FALSE(suggest(points, 0, 5).minimum_tenth);
  const auto rising = suggest(points, 0, 0);
  EXPECT_FALSE(rising.steepest_descent);
  EXPECT_NEAR(rising.minimum_tenth.value_or(0), 1e-7, 1e-20);
}

TEST(RangeTest, GrowsExponentiallyAndReadsNoTestImage) {
  const auto found = test({}, options(1e-4, 1e-2));
  ASSERT_THAT(found.points, SizeIs(12));
  EXPECT_FALSE(found.diverged);
  EXPECT_DOUBLE_EQ(found.points.front().lr, 1e-4);
  EXPECT_NEAR(found.points.back().lr, 1e-2, 1e-15);
  const double factor = found.points[1].lr / found.points[0].lr;
  for (std::size_t i = 1; i < found.points.size(); ++i) {
    EXPECT_NEAR(found.points[i].lr / found.points[i - 1].lr, factor, 1e-9);
  }
  EXPECT_EQ(found.points.front().loss, found.points.front().smoothed);
}

TEST(RangeTest, UsesTheRateAndNotTheSchedule) {
  const std::string schedule =
      "optimizer.lr={ schedule = 'cosine', peak = 0.4, warmup = { epochs = 1 } }";
  const auto plain = test({"optimizer.lr=0.1"}, options(1e-3, 1e-1));
  const auto scheduled = test({schedule}, options(1e-3, 1e-1));
  EXPECT_EQ(plain.points, scheduled.points);
  EXPECT_DOUBLE_EQ(plain.current.value_or(0), 0.1);
  EXPECT_NEAR(scheduled.current.value_or(0), 0.4, 1e-12);
}

TEST(RangeTest, KeepsTheFactorOfTheBatchSize) {
  const auto plain = test({}, options(1e-3, 1e-2));
  const auto scaled =
      test({"lr_scaling={ reference_batch = 16 }"}, options(2e-3, 2e-2));  // batches of 8
  EXPECT_DOUBLE_EQ(scaled.scaling, 0.5);
  ASSERT_EQ(plain.points.size(), scaled.points.size());
  for (std::size_t i = 0; i < plain.points.size(); ++i) {
    EXPECT_NEAR(plain.points[i].loss, scaled.points[i].loss, 1e-5) << i;
  }
}

TEST(RangeTest, EndsWhereTheLossDiverges) {
  const auto found = test({}, options(1e-2, 1e8, 24));
  EXPECT_TRUE(found.diverged);
  EXPECT_LT(found.points.size(), 24U);
}

TEST(RangeTest, RefusesWhatItCannotDo) {
  EXPECT_THAT(refusal(options(1e-3, 1e-1, 1000)), HasSubstr("from 10 to the run's 24"));
  EXPECT_THAT(refusal(options(1e-1, 1e-3)), HasSubstr("the lower one first"));
}

TEST(RangeTest, WritesTheRateOrThePeak) {
  EXPECT_EQ(recipe::to_toml(with_lr(train::small::recipe(), 0.025)),
            recipe::to_toml(train::small::recipe({"optimizer.lr=0.025"})));
  const std::string schedule = "optimizer.lr={ schedule = 'cosine', peak = 0.4 }";
  EXPECT_EQ(recipe::to_toml(with_lr(train::small::recipe({schedule}), 0.025)),
            recipe::to_toml(
                train::small::recipe({"optimizer.lr={ schedule = 'cosine', peak = 0.025 }"})));
  const std::string pieces =
      "optimizer.lr={ schedule = 'piecewise', pieces = [{ epochs = 1, curve = { kind = 'linear', "
      "peak = 0.1 } }, { curve = { kind = 'cosine', peak = 0.1 } }] }";
  EXPECT_THROW((void)with_lr(train::small::recipe({pieces}), 0.025), Error);
}

}  // namespace
}  // namespace temper::tune
