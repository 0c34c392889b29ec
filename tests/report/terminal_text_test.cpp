// Results as lines for a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "temper/data/sources/array_source.h"
#include "temper/report/assessment_text.h"
#include "temper/report/differences_text.h"
#include "temper/report/preflight_text.h"
#include "temper/report/replay_text.h"

namespace temper::report {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Of 1,200 images in two classes, the second of which is never predicted.
evaluate::Assessment assessment() {
  evaluate::Assessment a{.split = "test", .weights = "raw"};
  a.score.count = 1200;
  a.score.accuracy = 0.75;
  a.score.loss = 0.5;
  a.accuracy_interval = {0.7, 0.8};
  a.accuracy_bootstrap = {0.71, 0.79};
  a.loss_bootstrap = {0.4, 0.6};
  a.brier = 0.25;
  a.calibration = {0.01, 0.02, 0.015};
  a.classes = {
      {.name = "ant",
       .images = 900,
       .predicted = 1200,
       .correct = 900,
       .recall = 1,
       .recall_interval = measure::Interval{0.99, 1},
       .precision = 0.75},
      {.name = "bee", .images = 300, .recall = 0, .recall_interval = measure::Interval{0, 0.01}}};
  a.norms = {.count = 1000, .l1 = 2, .l2 = 1, .largest = 0.5, .root_mean_square = 0.1};
  return a;
}

TEST(AssessmentText, HasAccuracyLossAndCalibration) {
  const auto text = to_text(assessment());
  EXPECT_EQ(text,
            "test accuracy 75.00% (95% interval 70.00 to 80.00, bootstrap 71.00 to 79.00), loss "
            "0.5000, over 1,200 images, raw weights\n"
            "loss 0.5000 (bootstrap 0.4000 to 0.6000), Brier score 0.2500\n"
            "calibration error 1.00% (ECE, equal-width bins), 2.00% (equal-mass bins), 1.50% "
            "(equal-mass bins, debiased)\n"
            "weights: 1,000 elements, L2 norm 1, root mean square 0.1, largest 0.5\n");
}

TEST(AssessmentText, HasWhatWasMeasuredBesides) {
  auto a = assessment();
  a.top_k = {.k = 5, .accuracy = 1, .interval = {0.99, 1}};
  a.scaled.emplace();
  a.scaled->temperature = {{.value = 1.5, .before = 0.6, .after = 0.55, .at_bound = true}, 100};
  a.gap.emplace();
  a.gap->loss = 0.25;
  a.gap->loss_interval = {0.2, 0.3};
  a.gap->accuracy = 0.125;
  a.gap->accuracy_interval = {0.1, 0.15};
  a.gap->train.count = a.gap->validation.count = 100;
  a.sensitivity = {0.5, 20};
  const auto text = to_text(a, /*per_class=*/true);
  EXPECT_THAT(text, HasSubstr("\ntop-5 accuracy 100.00% (95% interval "));
  EXPECT_THAT(text, HasSubstr("\ntemperature 1.5, fitted on 100 validation images: validation loss "
                              "0.6000 -> 0.5500 (at the bound of its range)\n"));
  EXPECT_THAT(text, HasSubstr("\ngeneralization gap +0.2500 in loss (95% interval 0.2000 to "
                              "0.3000), +12.50 points in accuracy (10.00 to 15.00), on 100 "
                              "validation and 100 training images\n"));
  EXPECT_THAT(text, HasSubstr("\ninput sensitivity 0.5, the mean over 20 images\n"));
  EXPECT_THAT(text, HasSubstr("\nant      900 images  precision  75.00%  recall 100.00% ("));
  EXPECT_THAT(text, HasSubstr("\nbee      300 images  precision       -  recall   0.00% ("));
}

TEST(AssessmentText, HasTheErrorsOfRegressionTargets) {
  evaluate::Assessment a{.split = "test", .weights = "raw"};
  const measure::Errors errors{.rmse = 2, .mae = 1, .r2 = 0.5};
  a.score.count = 60;
  a.score.errors = errors;
  a.loss_bootstrap = {0.4, 0.6};
  a.norms = measure::WeightNorms{};
  a.values = {{.name = "angle",
               .errors = errors,
               .rmse_interval = {1.5, 2.5},
               .mae_interval = {0.5, 1.5},
               .bias = -0.25}};
  a.gap.emplace();
  a.gap->loss = 0.125;
  a.gap->loss_interval = {0.1, 0.15};
  a.gap->validation.errors = errors;
  const auto text = to_text(a);
  EXPECT_THAT(text, StartsWith("test R2 0.5000, RMSE 2.000, MAE 1.000, over 60 images, raw "
                               "weights\n"));
  EXPECT_THAT(text, HasSubstr("\nangle: RMSE 2 (bootstrap 1.5 to 2.5), MAE 1 (0.5 to 1.5), R2 "
                              "0.5000, bias -0.25\n"));
  EXPECT_THAT(text, HasSubstr("\ngeneralization gap +0.1250 in loss (95% interval 0.1000 to "
                              "0.1500), on 0 validation and 0 training images\n"));
}

TEST(DifferencesText, SaysWhatIsTheSame) {
  run::RunDifferences same;
  same.same_data = true;
  same.same_weights = true;
  same.losses.compared = 20;
  same.left = same.right = {.steps = 20, .seconds = 3};
  EXPECT_EQ(to_text(same),
            "recipe: the same\nenvironment: the same\ndata: the same\n"
            "losses: the same in all 20 lines that both logs have\nfinal weights: the same bytes\n"
            "left:  finished, 20 steps\nright: finished, 20 steps\n");
}

TEST(DifferencesText, ListsWhatDiffers) {
  const run::RunDifferences d{
      .recipe = {{"optimizer.lr", "0.1", "0.2", true}, {"clip", "1", "", false}},
      .circumstances = {{"cpu", "", "fast"}},
      .same_data = std::nullopt,
      .same_weights = std::nullopt,
      .losses = {.compared = 3, .first_step = 2, .left = 0.5, .right = 0.25},
      .left = {.steps = 20,
               .seconds = 3,
               .test =
                   train::Tested{.weights = "averaged", .score = {.loss = 0.5, .accuracy = 0.875}}},
      .right = {.steps = 7}};
  EXPECT_EQ(to_text(d),
            "recipe, options that change results\n  optimizer.lr: 0.1 | 0.2\n"
            "recipe, other options\n  clip: 1 | (none)\n"
            "environment\n  cpu: (none) | fast\n"
            "data: not recorded in both runs\n"
            "losses: first difference at step 2: 0.5 | 0.25\n"
            "left:  test accuracy 87.50%, loss 0.5000 (averaged weights), 20 steps, 3 s\n"
            "right: not finished, 7 steps\n");
}

TEST(PreflightText, EstimatesAndOverfitting) {
  train::Plan plan;
  plan.recipe.epochs = 3;
  plan.horizon = {.steps_per_epoch = 40, .total_steps = 120};
  plan.evaluation.size = {.height = 32, .width = 32};
  cost::Estimate e{.parameters = 1234567,
                   .multiply_adds = 1000,
                   .size = {.height = 32, .width = 32},
                   .images_per_second = 100,
                   .step_images_per_second = 200,
                   .seconds = 83,
                   .memory = std::uint64_t{3} << 20U,
                   .memory_available = std::uint64_t{64} << 20U,
                   .steps_tried = 30};
  EXPECT_EQ(to_text(e, plan),
            "parameters      1,234,567\n"
            "multiply-adds   1,000 per image, forward pass\n"
            "memory          about 3 MiB at its peak; 64 MiB available\n"
            "throughput      100 images/s (200 without loading), over 30 steps\n"
            "training time   1:23 for 120 steps, 40 in an epoch, evaluation included\n");
  e.size.height = 24;
  EXPECT_THAT(to_text(e, plan), HasSubstr("over 30 steps at 24 x 32 pixels\n"));

  const cost::Overfit passed{.first_loss = 2, .last_loss = 0.001, .accuracy = 1, .steps = 200};
  EXPECT_EQ(to_text(passed, false),
            "one batch, 200 steps: loss 2.0000 -> 0.0010, accuracy 100.0%: the network can overfit "
            "one batch, as it should");
  const cost::Overfit failed{.first_loss = 2, .last_loss = 1, .accuracy = 0.5, .steps = 200};
  EXPECT_THAT(to_text(failed, true), HasSubstr("R2 0.5000: the network cannot overfit one batch"));
}

TEST(ReplayText, SaysWhereItStartedAndComparesTheLog) {
  train::Plan plan;
  plan.horizon = {.steps_per_epoch = 6, .total_steps = 18};
  plan.train =
      std::make_shared<data::ArraySource>(data::ArraySource::Contents{.name = "two",
                                                                      .classes = {"dim", "bright"},
                                                                      .height = 1,
                                                                      .width = 1,
                                                                      .channels = 1,
                                                                      .pixels = {0, 255},
                                                                      .labels = {0, 1}});
  run::Replay replay{.step = 11, .epoch = 2, .batch = 5, .from = 8, .loss = 0.5, .lr = 0.1};
  replay.samples = {{.id = 1, .where = "two image 1", .loss = 0.75},
                    {.id = 0, .where = "two image 0", .loss = 0.25}};
  auto& trace = replay.samples[0].augment.emplace_back();
  trace.operation = "rotate";
  trace.applied = {{"rotate", -27, "degrees"}};
  replay.check.lines = 1;
  const auto text = to_text(replay, plan);
  EXPECT_THAT(text, StartsWith("step         11 of 18: epoch 2, batch 5\n"
                               "start        checkpoint of step 8; 2 steps replayed before this "
                               "one\n"
                               "loss         0.5 at learning rate 0.1\n"
                               "log          1 line of metrics.jsonl for these steps: bitwise "
                               "identical\n"
                               "highest loss 0.7500  "));
  EXPECT_THAT(text, HasSubstr("  two image 1\n                     rotate -27 degrees\n"));
  EXPECT_THAT(text, EndsWith("  two image 0\n"));
  EXPECT_EQ(replay_warning(replay, plan, "nowhere"), "");

  replay.check = {.lines = 2, .first_difference = 10, .logged = 0.5, .replayed = 0.25};
  EXPECT_THAT(to_text(replay, plan), Not(HasSubstr("log  ")));
  EXPECT_EQ(replay_warning(replay, plan, "nowhere"),
            "warning: the replay differs from the run: the log has loss 0.5 at step 10, the replay "
            "0.25\n");
}

}  // namespace
}  // namespace temper::report
