#include "temper/schedule/schedule.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace temper::schedule {
namespace {

constexpr Horizon kHorizon{.steps_per_epoch = 100, .total_steps = 1000};

/// The largest distance to the 1,000 values that scripts/golden/schedule.py recorded.
double distance(const Schedule& schedule, const std::string& golden) {
  nlohmann::json json;
  std::ifstream(TEMPER_SOURCE_DIR "/tests/golden/schedule/schedule.json") >> json;
  const auto expected = json[golden].get<std::vector<double>>();
  EXPECT_EQ(expected.size(), 1000U);
  double worst = 0;
  for (std::size_t step = 0; step < expected.size(); ++step)
    worst = std::max(worst, std::abs(value(schedule, static_cast<std::int64_t>(step), kHorizon) -
                                     expected[step]));
  return worst;
}

TEST(Schedule, CosineWithWarmupIsTimms) {
  const Cosine cosine{
      .peak = 0.4, .final_value = 0.001, .warmup = {.steps = 137}, .warmup_start = 0.01};
  EXPECT_LT(distance(cosine, "timm_cosine"), 1e-12);
}

TEST(Schedule, CosineWithWarmupIsPyTorchsSequence) {
  const Cosine cosine{
      .peak = 0.4, .final_value = 0.002, .warmup = {.steps = 137}, .warmup_start = 0.1};
  EXPECT_LT(distance(cosine, "torch_cosine"), 1e-12);
}

TEST(Schedule, ConstantWithWarmupIsPyTorchsSequence) {
  const Constant constant{.value = 0.4, .warmup = {.steps = 137}, .warmup_start = 0.1};
  EXPECT_LT(distance(constant, "torch_constant"), 1e-12);
}

TEST(Schedule, EpochsAndStepsOfADurationAddUp) {
  EXPECT_DOUBLE_EQ((Duration{.epochs = 1.5, .steps = 7}.in_steps(kHorizon)), 157);
  const Cosine by_epochs{.peak = 1, .warmup = {.epochs = 1.37}};
  const Cosine by_steps{.peak = 1, .warmup = {.steps = 137}};
  for (const std::int64_t step : {0, 1, 136, 137, 500, 999})
    EXPECT_DOUBLE_EQ(value(by_epochs, step, kHorizon), value(by_steps, step, kHorizon));
}

TEST(Schedule, CosineBeginsAtThePeakWithoutWarmupAndEndsAtItsFinalValue) {
  const Cosine cosine{.peak = 0.4, .final_value = 0.01};
  EXPECT_DOUBLE_EQ(value(cosine, 0, kHorizon), 0.4);
  EXPECT_DOUBLE_EQ(value(cosine, 500, kHorizon), 0.205);
  EXPECT_DOUBLE_EQ(value(cosine, 1000, kHorizon), 0.01);
  EXPECT_DOUBLE_EQ(value(cosine, 5000, kHorizon), 0.01);
}

TEST(Schedule, AWarmupAsLongAsTheRunNeverDividesByZero) {
  const Cosine cosine{.peak = 0.4, .final_value = 0.01, .warmup = {.epochs = 10}};
  EXPECT_DOUBLE_EQ(value(cosine, 500, kHorizon), 0.2);
  EXPECT_DOUBLE_EQ(value(cosine, 1000, kHorizon), 0.01);
}

TEST(Schedule, RangeCoversEveryStep) {
  const Cosine cosine{
      .peak = 0.4, .final_value = 0.001, .warmup = {.steps = 137}, .warmup_start = -0.5};
  const auto [low, high] = range(cosine, kHorizon);
  EXPECT_DOUBLE_EQ(low, -0.5);
  EXPECT_DOUBLE_EQ(high, 0.4);
}

}  // namespace
}  // namespace temper::schedule
