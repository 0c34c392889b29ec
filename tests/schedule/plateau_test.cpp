#include "temper/schedule/plateau.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/schedule/schedule.h"
#include "tests/support/golden.h"
#include "tests/support/options.h"
#include "tests/support/refusal.h"

namespace temper::schedule {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Plateau, IsPyTorchsOverAThousandEvaluations) {
  const auto golden = temper::testing::golden("schedule/plateau.json");
  ASSERT_EQ(golden["cases"].size(), 7U);
  for (const auto& published : golden["cases"]) {
    const auto& ours = published["schedule"];
    const auto schedule = temper::testing::alternative<Schedule>("plateau", ours);
    const auto& plateau = std::get<Plateau>(schedule);
    const auto& scores = golden[std::string(name_of(plateau.measure))];
    const Horizon horizon{.steps_per_epoch = 10, .total_steps = 10 * std::ssize(scores) + 10};
    PlateauState memory{.measure = plateau.measure};
    ASSERT_EQ(scores.size(), 1000U);
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const auto step = 10 * static_cast<std::int64_t>(i + 1);
      const double score = scores[i].is_null() ? kNan : scores[i].get<double>();
      memory = observe(plateau, memory, score, step, horizon);
      const double expected = published["values"][i];
      ASSERT_NEAR(value(schedule, step, horizon, memory), expected, 1e-12 * 0.4)
          << ours << " after evaluation " << i;
    }
  }
}

/// The values after evaluations with these scores, one per epoch of 10 steps.
std::vector<double> values_after(const Plateau& plateau, const std::vector<double>& scores) {
  const Horizon horizon{10, 10 * std::ssize(scores) + 10};
  PlateauState memory;
  std::vector<double> values;
  std::int64_t step = 0;
  for (const double score : scores) {
    step += 10;
    memory = observe(plateau, memory, score, step, horizon);
    values.push_back(value(plateau, step, horizon, memory));
  }
  return values;
}

TEST(Plateau, ReducesAfterItsPatience) {
  const Plateau plateau{.peak = 1, .factor = 0.5, .patience = 2};
  EXPECT_EQ(values_after(plateau, {3, 3, 3, 3, 2, 2, 2, 2}),
            (std::vector<double>{1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25}));
}

TEST(Plateau, IgnoresEvaluationsDuringItsWarmup) {
  const std::vector<double> scores{1, 2, 2, 2, 2, 2};
  Plateau plateau{.peak = 1, .factor = 0.5, .patience = 1};
  EXPECT_EQ(values_after(plateau, scores)[2], 0.5) << "the first score was better than all others";
  plateau.warmup.epochs = 2;  // the second evaluation is the first of the peak
  EXPECT_EQ(values_after(plateau, scores), (std::vector<double>{0.5, 1, 1, 0.5, 0.5, 0.25}));
  plateau.warmup.clock = WarmupClock::runs;
  EXPECT_EQ(values_after(plateau, scores)[2], 0.5);
}

TEST(Plateau, HasAWarmupLikeAnyOther) {
  const Plateau plateau{.peak = 1, .warmup = {.steps = 10}};
  const PlateauState reduced{.best = 1, .reductions = 1};
  EXPECT_DOUBLE_EQ(value(plateau, 5, {10, 100}, reduced), 0.5);
  EXPECT_DOUBLE_EQ(value(plateau, 10, {10, 100}, reduced), 0.1);
  EXPECT_DOUBLE_EQ(value(plateau, 10, {10, 100}), 1) << "nothing has been measured";
}

TEST(Plateau, TreatsNanAsNoImprovement) {
  const Plateau plateau{.peak = 1, .factor = 0.5, .patience = 0};
  EXPECT_EQ(values_after(plateau, {kNan, 2, kNan, 1}), (std::vector<double>{0.5, 0.5, 0.25, 0.25}));
}

TEST(Plateau, RangesFromItsPeakToItsMinimum) {
  const Horizon horizon{10, 100};
  EXPECT_EQ(range(Plateau{.peak = 0.4, .minimum = 0.01}, horizon), std::pair(0.01, 0.4));
  EXPECT_EQ(range(Plateau{.peak = 0.4, .warmup = {.steps = 5, .start = -1}}, horizon),
            std::pair(-1.0, 0.4));
}

std::string refusal(const Schedule& schedule) {
  return temper::testing::refusal([&] { check(schedule, "optimizer.lr"); });
}

TEST(Plateau, RefusesInvalidOptions) {
  EXPECT_EQ(
      refusal(Plateau{.peak = 0.1, .minimum = 0.2}),
      "optimizer.lr: minimum is 0.2, above its peak of 0.1; a plateau only decreases the value");
  EXPECT_EQ(refusal(Plateau{.threshold = 1}),
            "optimizer.lr: threshold is 1; with threshold_mode = \"relative\" it is a fraction of "
            "the best score, expected below 1");
  EXPECT_EQ(refusal(Plateau{.threshold = 1, .threshold_mode = PlateauThreshold::absolute}),
            "(not refused)");
  EXPECT_EQ(refusal(Piecewise(
                std::vector<Piece>{{.epochs = 1, .curve = Linear{}}, {.curve = Plateau{}}})),
            "optimizer.lr: pieces.1.curve is a plateau, which would restart with its piece and "
            "lose its measurements; use a plateau for the whole run, with a warm-up of its own, or "
            "sgdr for restarts");
}

TEST(FirstFall, IsSearchedAfterTheWarmup) {
  const Horizon horizon{10, 100};
  EXPECT_EQ(first_decrease(Constant{.value = 1, .warmup = {.steps = 20}}, horizon), std::nullopt);
  EXPECT_EQ(first_decrease(Constant{.value = 1, .warmup = {.steps = 20, .start = 3}}, horizon),
            std::nullopt);
  EXPECT_EQ(first_decrease(Cosine{.peak = 1, .warmup = {.steps = 20}}, horizon), 21);
  EXPECT_EQ(first_decrease(Step{.peak = 1, .step_size = {.epochs = 5}}, horizon), 50);
  EXPECT_EQ(first_decrease(Step{.peak = 1, .step_size = {.epochs = 10}}, horizon), std::nullopt)
      << "the run ends before";
  EXPECT_EQ(first_decrease(Linear{.peak = 1, .final_value = 2}, horizon), std::nullopt);
  EXPECT_TRUE(first_decrease(OneCycle{}, horizon).has_value());
  EXPECT_EQ(first_decrease(Plateau{.warmup = {.epochs = 2}}, horizon), 20)
      << "it may fall at any time";
}

}  // namespace
}  // namespace temper::schedule
