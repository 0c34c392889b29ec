#include "temper/schedule/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/golden.h"
#include "tests/support/options.h"
#include "tests/support/refusal.h"

namespace temper::schedule {
namespace {

constexpr Horizon kHorizon{.steps_per_epoch = 100, .total_steps = 1000};

double largest(const std::vector<double>& values) {
  return std::abs(*std::ranges::max_element(values, {}, [](double v) { return std::abs(v); }));
}

TEST(Schedule, IsThePublishedOneIn1000Steps) {
  const auto golden = temper::testing::golden("schedule/schedule.json");
  ASSERT_GT(golden["cases"].size(), 20U);
  for (const auto& published : golden["cases"]) {
    const auto& ours = published["schedule"];
    const auto schedule =
        temper::testing::alternative<Schedule>(ours["kind"].get<std::string>(), ours);
    check(schedule, "lr");
    const auto expected = published["values"].get<std::vector<double>>();
    ASSERT_EQ(expected.size(), 1000U);
    double worst = 0;
    for (std::size_t step = 0; step < expected.size(); ++step)
      worst = std::max(worst, std::abs(value(schedule, static_cast<std::int64_t>(step), kHorizon) -
                                       expected[step]));
    EXPECT_LE(worst, 1e-12 * largest(expected)) << ours;
  }
}

TEST(Schedule, EpochsAndStepsOfADurationAddUp) {
  EXPECT_DOUBLE_EQ((Duration{.epochs = 1.5, .steps = 7}.in_steps(kHorizon)), 157);
  const Cosine by_epochs{.peak = 1, .warmup = {.epochs = 1.37}};
  const Cosine by_steps{.peak = 1, .warmup = {.steps = 137}};
  for (const std::int64_t step : {0, 1, 136, 137, 500, 999})
    EXPECT_DOUBLE_EQ(value(by_epochs, step, kHorizon), value(by_steps, step, kHorizon));
}

TEST(Schedule, ADurationThatIsNotGivenIsTheUsualOne) {
  EXPECT_DOUBLE_EQ(value(Exponential{.peak = 1, .gamma = 0.5}, 100, kHorizon), 0.5);
  EXPECT_DOUBLE_EQ(value(Step{.peak = 1}, 2999, {100, 9000}), 1);
  EXPECT_DOUBLE_EQ(value(Step{.peak = 1}, 3000, {100, 9000}), 0.1);
  EXPECT_DOUBLE_EQ(value(Sgdr{.peak = 1}, 500, {100, 9000}), 0.5);
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

TEST(Schedule, AnExponentialWarmupGrowsByEqualFactors) {
  const Constant constant{
      .value = 0.1, .warmup = {.steps = 100, .start = 0.001, .form = WarmupForm::exponential}};
  EXPECT_DOUBLE_EQ(value(constant, 0, kHorizon), 0.001);
  EXPECT_NEAR(value(constant, 50, kHorizon), 0.01, 1e-15);
  EXPECT_DOUBLE_EQ(value(constant, 100, kHorizon), 0.1);
}

TEST(Schedule, ASigmoidWarmupIsThatOfTheMeanTeacher) {
  const Constant constant{.value = 2, .warmup = {.steps = 80, .form = WarmupForm::sigmoid}};
  for (const auto& [step, expected] : temper::testing::golden("semi/semi.json")["sigmoid_rampup"]
                                          .get<std::vector<std::pair<double, double>>>()) {
    if (step != std::floor(step)) continue;
    EXPECT_NEAR(value(constant, static_cast<std::int64_t>(step), kHorizon), 2 * expected, 1e-12)
        << step;
  }
}

TEST(Schedule, APartialCosineIsThatOfFixMatch) {
  const auto golden = temper::testing::golden("semi/fixmatch.json");
  const Horizon horizon{.steps_per_epoch = 100, .total_steps = golden["steps"]};
  for (const auto& [step, expected] :
       golden["learning_rate"].get<std::vector<std::pair<std::int64_t, double>>>())
    EXPECT_NEAR(value(PartialCosine{}, step, horizon), expected, 1e-8) << step;
}

TEST(Schedule, ARunningClockLeavesTheCurveWhereItWouldBeWithoutAWarmup) {
  const Linear linear{.peak = 1, .warmup = {.steps = 100, .clock = WarmupClock::runs}};
  EXPECT_DOUBLE_EQ(value(linear, 99, kHorizon), 0.99);
  EXPECT_DOUBLE_EQ(value(linear, 100, kHorizon), 0.9);
  EXPECT_DOUBLE_EQ(value(linear, 600, kHorizon), value(Linear{.peak = 1}, 600, kHorizon));
}

TEST(Schedule, ANaturalExponentialHasTheFactorEToTheMinusGamma) {
  const Exponential natural{.peak = 0.4, .gamma = 0.5, .form = ExponentialForm::natural};
  const Exponential factor{.peak = 0.4, .gamma = std::exp(-0.5)};
  for (const std::int64_t step : {0, 1, 77, 500, 999})
    EXPECT_NEAR(value(natural, step, kHorizon), value(factor, step, kHorizon), 1e-15);
}

TEST(Schedule, SgdrRestartsWhereItsFormulaSays) {
  const Sgdr sgdr{.peak = 1, .t_0 = {.steps = 100}, .t_mult = 2};  // 100, 200, 400, ...
  for (const std::int64_t restart : {0, 100, 300, 700}) {
    EXPECT_DOUBLE_EQ(value(sgdr, restart, kHorizon), 1) << restart;
    if (restart == 0) continue;
    EXPECT_LT(value(sgdr, restart - 1, kHorizon), 1e-3) << restart;
  }
}

/// As its formula says, cycle by cycle.
double sgdr_by_cycles(const Sgdr& curve, std::int64_t step) {
  auto left = static_cast<double>(step);
  double period = curve.t_0.in_steps(kHorizon);
  double peak = curve.peak;
  while (left + kStepRounding >= period) {
    left -= period;
    period *= curve.t_mult;
    peak *= curve.cycle_decay;
  }
  return curve.final_value +
         (peak - curve.final_value) / 2 * (1 + std::cos(std::numbers::pi * left / period));
}

TEST(Schedule, SgdrMayHaveManyCycles) {
  for (const Sgdr& curve : {Sgdr{.peak = 1, .t_0 = {.steps = 3}},
                            Sgdr{.peak = 1, .final_value = 0.1, .t_0 = {.epochs = 0.025}},
                            Sgdr{.peak = 1, .t_0 = {.steps = 7}, .cycle_decay = 0.9999},
                            Sgdr{.peak = 1, .t_0 = {.steps = 5}, .t_mult = 1.0001}})
    for (const std::int64_t step : {0, 2, 3, 2'999, 3'001, 10'000, 70'001, 123'457})
      EXPECT_NEAR(value(curve, step, {100, 200'000}), sgdr_by_cycles(curve, step), 1e-6)
          << curve.t_mult << " " << step;
  constexpr Horizon endless{100, 1'000'000'000};
  EXPECT_EQ(value(Sgdr{.peak = 1, .t_0 = {.steps = 1}}, 999'999'999, endless), 1);
  EXPECT_DOUBLE_EQ(value(Sgdr{.peak = 1, .t_0 = {.steps = 4}}, 900'000'002, endless), 0.5);
  EXPECT_EQ(value(Sgdr{.peak = 1, .t_0 = {.epochs = 1e-300}}, 5, endless), 1);
}

TEST(Schedule, SgdrWithOneCycleIsTheCosine) {
  const Sgdr sgdr{.peak = 0.4, .final_value = 0.01, .t_0 = {.epochs = 10}};
  const Cosine cosine{.peak = 0.4, .final_value = 0.01};
  for (std::int64_t step = 0; step < 1000; step += 37)
    EXPECT_DOUBLE_EQ(value(sgdr, step, kHorizon), value(cosine, step, kHorizon));
}

TEST(Schedule, WarmupStableDecayDecaysInItsLastPartOnly) {
  for (const auto form : {Cooldown::linear, Cooldown::cosine, Cooldown::square_root}) {
    const WarmupStableDecay stable{
        .peak = 1, .final_value = 0.1, .cooldown = 0.2, .decay_fn = form, .warmup = {.epochs = 1}};
    EXPECT_DOUBLE_EQ(value(stable, 100, kHorizon), 1);
    EXPECT_DOUBLE_EQ(value(stable, 820, kHorizon), 1);
    EXPECT_LT(value(stable, 821, kHorizon), 1);
    EXPECT_DOUBLE_EQ(value(stable, 1000, kHorizon), 0.1);
  }
  const WarmupStableDecay root{.peak = 1, .cooldown = 1, .decay_fn = Cooldown::square_root};
  EXPECT_DOUBLE_EQ(value(root, 250, kHorizon), 0.5);
}

std::string refusal(const Schedule& schedule, const Horizon& horizon = kHorizon) {
  return temper::testing::refusal([&] {
    check(schedule, "optimizer.lr");
    check_length(schedule, "optimizer.lr", horizon);
  });
}

TEST(Schedule, RelativeMilestonesMoveWithTheLength) {
  const auto steps = [](std::vector<double> milestones, bool relative, const Horizon& horizon) {
    const MultiStep curve{.peak = 1, .milestones = std::move(milestones), .relative = relative};
    std::vector<double> all;
    for (std::int64_t step = 0; step < horizon.total_steps; ++step)
      all.push_back(value(curve, step, horizon));
    return all;
  };
  EXPECT_EQ(steps({0.3, 0.6, 0.8}, true, {100, 1000}), steps({3, 6, 8}, false, {100, 1000}));
  EXPECT_EQ(steps({0.3, 0.6, 0.8}, true, {100, 2500}), steps({7.5, 15, 20}, false, {100, 2500}));
  EXPECT_EQ(steps({0, 0.999}, true, {100, 1000}), steps({0, 9.99}, false, {100, 1000}));
}

TEST(Schedule, RelativeMilestonesArePartsOfWhatTheWarmUpLeaves) {
  MultiStep curve{.peak = 1, .milestones = {0.5}, .relative = true, .warmup = {.epochs = 2}};
  EXPECT_DOUBLE_EQ(value(curve, 599, kHorizon), 1);
  EXPECT_DOUBLE_EQ(value(curve, 600, kHorizon), 0.1);
  curve.warmup.clock = WarmupClock::runs;
  EXPECT_DOUBLE_EQ(value(curve, 499, kHorizon), 1);
  EXPECT_DOUBLE_EQ(value(curve, 500, kHorizon), 0.1);
  const Piecewise two({{.epochs = 4, .curve = Constant{.value = 2}}, {.curve = curve}});
  EXPECT_DOUBLE_EQ(value(two, 699, kHorizon), 1);
  EXPECT_DOUBLE_EQ(value(two, 700, kHorizon), 0.1);
}

TEST(Schedule, RefusesInvalidOptions) {
  EXPECT_EQ(refusal(MultiStep{.milestones = {0.5, 1}, .relative = true}),
            "optimizer.lr: one of its milestones is 1; with relative = true expected parts of the "
            "schedule's length, below 1");
  EXPECT_EQ(refusal(Constant{.warmup = {.steps = 9, .form = WarmupForm::exponential}}),
            "optimizer.lr: warmup.start is 0; with warmup.form = \"exponential\" expected a number "
            "other than 0");
  EXPECT_EQ(refusal(OneCycle{.pct_start = 0.6, .three_phase = true}),
            "optimizer.lr: pct_start is 0.6; with three_phase = true expected at most 0.5");
  EXPECT_EQ(refusal(Piecewise(std::vector<Piece>{})),
            "optimizer.lr: pieces is empty; expected at least one");
  EXPECT_EQ(refusal(Piecewise(std::vector<Piece>{{.curve = Linear{}}, {.curve = Linear{}}})),
            "optimizer.lr: pieces.0 has no length; give it epochs or steps above 0");
  EXPECT_EQ(refusal(Piecewise(std::vector<Piece>{{.curve = Piecewise(std::vector<Piece>{})}})),
            "optimizer.lr.pieces.0.curve: pieces is empty; expected at least one");
}

TEST(Schedule, KeepsItsValueForAnEpochWhereThatIsItsInterval) {
  const Cosine cosine{.peak = 0.4, .warmup = {.epochs = 2, .start = 0.1}};
  Piecewise kept(std::vector<Piece>{{.curve = cosine}});
  EXPECT_DOUBLE_EQ(value(kept, 350, kHorizon), value(cosine, 350, kHorizon));
  kept.interval = Interval::epoch;
  for (std::int64_t step = 0; step < kHorizon.total_steps; ++step) {
    const auto epoch_start = step / kHorizon.steps_per_epoch * kHorizon.steps_per_epoch;
    ASSERT_DOUBLE_EQ(value(kept, step, kHorizon), value(cosine, epoch_start, kHorizon)) << step;
  }
  // Between pieces as well, wherever the second begins.
  Piecewise two(std::vector<Piece>{{.epochs = 3.5, .curve = Constant{.value = 1}},
                                   {.curve = Constant{.value = 2}}});
  two.interval = Interval::epoch;
  EXPECT_DOUBLE_EQ(value(two, 399, kHorizon), 1);
  EXPECT_DOUBLE_EQ(value(two, 400, kHorizon), 2);
}

TEST(Schedule, RefusesALengthThatIsNotTheRuns) {
  const auto pieces = [](double first, double second) {
    return Piecewise(std::vector<Piece>{{.epochs = first, .curve = Linear{}},
                                        {.epochs = second, .curve = Cosine{}}});
  };
  EXPECT_EQ(refusal(pieces(4, 6)), "(not refused)");
  EXPECT_EQ(refusal(pieces(4, 0)), "(not refused)");
  EXPECT_EQ(refusal(pieces(4, 7)),
            "optimizer.lr: its pieces take 1100 steps (11 epochs), but the run has 1000 steps (10 "
            "epochs); change their lengths; the last may omit its length and then covers the rest");
  EXPECT_NE(refusal(pieces(4, 5)), "(not refused)");
  EXPECT_NE(refusal(pieces(10, 0)), "(not refused)");
  EXPECT_EQ(refusal(MultiStep{.milestones = {3, 12}}),
            "optimizer.lr: one of its milestones is after 1200 steps (12 epochs), but the run has "
            "1000 steps (10 epochs); remove it, or train longer");
  EXPECT_EQ(refusal(Sgdr{.t_0 = {.epochs = 1e-3}}),
            "optimizer.lr: T_0 is 0.1 steps; expected a first cycle of at least one step");
  EXPECT_EQ(refusal(Sgdr{.t_0 = {.steps = 1}}), "(not refused)");
}

TEST(Schedule, EveryStepIsCheckedUnlessThereAreTooMany) {
  const auto steps = [](std::int64_t total, std::int64_t every) {
    std::vector<std::int64_t> seen;
    const Horizon horizon{1, total};
    for (std::int64_t step = 0; step < total; step = next_checked(step, horizon, every))
      seen.push_back(step);
    return seen;
  };
  for (const std::int64_t total : {1, 2, 5, 9, 10}) {
    const auto seen = steps(total, 5);
    ASSERT_EQ(std::ssize(seen), total);
    EXPECT_EQ(seen.back(), total - 1);
  }
  EXPECT_EQ(steps(12, 5), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 6, 8, 10, 11}));
  EXPECT_EQ(steps(100, 2).back(), 99);
  EXPECT_LE(std::ssize(steps(1'000'000'000, 1000)), 2001);
}

TEST(Schedule, RangeOfABillionStepsTakesNoMinute) {
  constexpr Horizon endless{1000, 1'000'000'000};
  const auto [low, high] =
      range(Sgdr{.peak = 0.4, .t_0 = {.epochs = 1}, .warmup = {.epochs = 2}}, endless);
  EXPECT_EQ(low, 0);
  EXPECT_EQ(high, 0.4);
  EXPECT_LT(first_decrease(Cosine{.peak = 1}, endless).value_or(endless.total_steps), 1000);
}

TEST(Schedule, RangeCoversEveryStep) {
  const Cosine cosine{.peak = 0.4, .final_value = 0.001, .warmup = {.steps = 137, .start = -0.5}};
  const auto [low, high] = range(cosine, kHorizon);
  EXPECT_DOUBLE_EQ(low, -0.5);
  EXPECT_DOUBLE_EQ(high, 0.4);
}

}  // namespace
}  // namespace temper::schedule
