// Means over recorded weights, against torch.optim.swa_utils and by hand.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "temper/regularize/averaging.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::regularize {
namespace {

std::vector<Named> weights(double value) {
  return {{"weight", at::full({2, 3}, value, at::kDouble)},
          {"count", at::full({}, static_cast<std::int64_t>(value))}};
}

double value(const Averages& averages) {
  return averages.tensors[0].second[0][0].item<double>();
}

/// The average after steps whose weights are 1, 2, 3, ...
double after(const Averaging& averaging, int steps, const Horizon& run) {
  auto averages = start(averaging, weights(0), run);
  for (int i = 1; i <= steps; ++i) update(averaging, weights(i), averages, i);
  return value(averages);
}

TEST(Swa, IsPyTorchsMean) {
  const auto golden = temper::testing::golden("regularize/swa.json");
  std::vector<Named> first{{"w", temper::testing::tensor(golden["trajectory"][0])}};
  const Averaging swa = Swa{.start = 0, .every = 1};
  auto averages = start(swa, first, {1, 30});
  std::int64_t step = 0;
  for (const auto& snapshot : golden["trajectory"])
    update(swa, std::vector<Named>{{"w", temper::testing::tensor(snapshot)}}, averages, ++step);
  EXPECT_TRUE(at::allclose(averages.tensors[0].second, temper::testing::tensor(golden["mean"]),
                           1e-12, 1e-12));
}

TEST(Swa, BeginsAfterItsShareOfTheRun) {
  const Horizon run{.steps_per_epoch = 10, .total_steps = 100};
  EXPECT_DOUBLE_EQ(after(Swa{.start = 0.5}, 50, run), 50);
  EXPECT_DOUBLE_EQ(after(Swa{.start = 0.5}, 60, run), 60);
  EXPECT_DOUBLE_EQ(after(Swa{.start = 0.5}, 80, run), 70);
  EXPECT_DOUBLE_EQ(after(Swa{.start = 0.5}, 100, run), 80);
  EXPECT_DOUBLE_EQ(after(Swa{.start = 0.5, .every = 25}, 100, run), 87.5);
}

TEST(Lawa, IsTheMeanOfTheLatestWeights) {
  const Horizon run{.steps_per_epoch = 10, .total_steps = 100};
  EXPECT_DOUBLE_EQ(after(Lawa{.latest = 3}, 20, run), 15);
  EXPECT_DOUBLE_EQ(after(Lawa{.latest = 3}, 59, run), 40);
  EXPECT_DOUBLE_EQ(after(Lawa{.latest = 3}, 100, run), 90);
  EXPECT_DOUBLE_EQ(after(Lawa{.latest = 1, .every = 1}, 17, run), 17);
}

TEST(Lawa, KeepsTheNewestInteger) {
  auto averages = start(Lawa{.latest = 3, .every = 1}, weights(0));
  for (int i = 1; i <= 4; ++i) update(Lawa{.latest = 3, .every = 1}, weights(i), averages, i);
  EXPECT_EQ(averages.tensors[1].second.item<std::int64_t>(), 4);
}

TEST(Snapshots, AreTakenAtStepsOfTheRunThoughTheAverageBeganLater) {
  const Horizon run{.steps_per_epoch = 10, .total_steps = 100};
  for (const Averaging& averaging : {Averaging(Swa{.start = 0.5}), Averaging(Lawa{.latest = 3})}) {
    auto averages = start(averaging, weights(0), run);
    for (int i = 74; i <= 100; ++i) update(averaging, weights(i), averages, i);
    EXPECT_NEAR(value(averages), 90, 1e-12) << averages.kind;
    EXPECT_EQ(averages.updates, 3) << averages.kind;
  }
}

TEST(Snapshots, AreTakenAlsoAfterAStepThatWasNotApplied) {
  const Horizon run{.steps_per_epoch = 10, .total_steps = 100};
  for (const Averaging& averaging : {Averaging(Swa{.start = 0.5}), Averaging(Lawa{.latest = 5})}) {
    auto averages = start(averaging, weights(0), run);
    for (int i = 1; i <= 100; ++i)
      if (i == 70 || i == 75)
        update(averaging, weights(i - 1), averages, i, Applied::no);
      else
        update(averaging, weights(i), averages, i);
    EXPECT_NEAR(value(averages), (60 + 69 + 80 + 90 + 100) / 5.0, 1e-12) << averages.kind;
  }
}

TEST(Ema, StaysAfterAStepThatWasNotApplied) {
  const Averaging ema = Ema{.decay = 0.5};
  auto averages = start(ema, weights(0));
  update(ema, weights(8), averages, 1);
  update(ema, weights(8), averages, 2, Applied::no);
  EXPECT_DOUBLE_EQ(value(averages), 4);
  EXPECT_EQ(averages.updates, 1);
}

TEST(Ema, UpdatesEverySoManySteps) {
  EXPECT_DOUBLE_EQ(after(Ema{.decay = 0.5, .every = 4}, 7, {}), 2);
  EXPECT_DOUBLE_EQ(after(Ema{.decay = 0.5, .every = 4}, 8, {}), 5);
}

TEST(Ema, IsRescaledAsInTorchvisionsReferences) {
  // references/classification/train.py: 600 epochs, batch 128, every 32 steps, decay 0.99998.
  const Ema ema{.decay = 0.99998, .every = 32};
  EXPECT_DOUBLE_EQ(rescaled_decay(ema, 128, 600), 1 - (1 - 0.99998) * 128 * 32 / 600);
  EXPECT_DOUBLE_EQ(rescaled_decay(Ema{.decay = 0.9, .every = 32}, 128, 10), 0);
}

}  // namespace
}  // namespace temper::regularize
