// The parts of a table's rows that need no comparison.
#include "temper/study/analysis/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace temper::study {
namespace {

using ::testing::SizeIs;

TEST(Rows, MeansAndDeviationsAreOverTheNumbersThatThereAre) {
  const std::vector<std::optional<double>> values{1.0, std::nullopt, 2.0, 6.0};
  const auto mean = mean_of(values);
  EXPECT_EQ(mean->n, 3);
  EXPECT_DOUBLE_EQ(mean->mean, 3);
  EXPECT_DOUBLE_EQ(mean->deviation, std::sqrt(7));
  EXPECT_FALSE(mean_of(std::vector<std::optional<double>>{std::nullopt}));
}

TEST(Rows, CurvesAreMeansOverTheRunsThatReachedAnEpoch) {
  const auto with = [](const std::string& outcome, std::vector<Epoch> epochs) {
    Result result;
    result.outcome = outcome;
    result.epochs = std::move(epochs);
    return result;
  };
  const auto longer = with(kFinished, {{1, 1.0, 0.9, 0.8, 0.5}, {2, 2.0, 0.7, 0.6, 0.7}});
  const auto shorter = with(kFinished, {{1, 3.0, 0.7, 0.6, 0.7}});
  const auto diverged = with(kDiverged, {{1, 9, 9, 9, 9}});
  const ArmFigures arm{.arm = 0, .by_seed = {&longer, &shorter, &diverged, nullptr}};
  const auto curve = curve_of(arm, {.scale = 100});
  ASSERT_THAT(curve, SizeIs(2));
  EXPECT_EQ(curve[0].runs, 2);
  EXPECT_DOUBLE_EQ(curve[0].seconds, 2);
  EXPECT_DOUBLE_EQ(curve[0].train_loss, 0.8);
  EXPECT_DOUBLE_EQ(curve[0].accuracy, 60);
  EXPECT_EQ(curve[1].runs, 1);
  EXPECT_DOUBLE_EQ(curve[1].validation_loss, 0.6);
}

}  // namespace
}  // namespace temper::study
