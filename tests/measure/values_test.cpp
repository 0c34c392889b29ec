// Errors of values, against scikit-learn; scripts/golden/values.py wrote the numbers.
#include "temper/measure/values.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "temper/core/error.h"
#include "tests/support/golden.h"
#include "tests/support/refusal.h"
#include "tests/support/tensor.h"

namespace temper::measure {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ValuePredictions answers(const std::vector<double>& predicted, const std::vector<double>& targets) {
  const auto column = [](const std::vector<double>& values) {
    return at::tensor(values, at::kDouble).unsqueeze(1);
  };
  return {column(predicted), column(targets), {1}};
}

std::string message_of(Code code, const ValuePredictions& answers) {
  return temper::testing::refusal(code, [&] { check(answers); });
}

TEST(ValueErrors, AreThoseOfScikitLearn) {
  const auto cases = temper::testing::golden("measure/values.json")["cases"];
  for (const auto& golden : cases) {
    const auto targets = temper::testing::tensor(golden["targets"]);
    const auto width = static_cast<std::size_t>(targets.size(1));
    const auto found = errors(
        {temper::testing::tensor(golden["predicted"]), targets, std::vector<double>(width, 1)});
    ASSERT_EQ(found.size(), width);
    const auto near = [](double value, const nlohmann::json& expected) {
      EXPECT_NEAR(value, expected.get<double>(), 1e-12 * (1 + std::abs(value)));
    };
    for (std::size_t k = 0; k < width; ++k) {
      near(found[k].rmse, golden["rmse"]["each"][k]);
      near(found[k].mae, golden["mae"]["each"][k]);
      near(found[k].r2, golden["r2"]["each"][k]);
    }
    const auto mean = mean_of(found);
    near(mean.rmse, golden["rmse"]["mean"]);
    near(mean.mae, golden["mae"]["mean"]);
    near(mean.r2, golden["r2"]["mean"]);
  }
}

TEST(ValueErrors, OfDifferentUnitsAreComparedByDeviations) {
  const ValuePredictions two{at::tensor({1.0, 100.0, 3.0, 400.0}, at::kDouble).view({2, 2}),
                             at::tensor({1.0, 200.0, 7.0, 400.0}, at::kDouble).view({2, 2}),
                             {2, 100}};
  const auto squares = squared_errors(two);
  EXPECT_DOUBLE_EQ(squares[0].item<double>(), 0.5);  // 0 and (100 / 100)^2
  EXPECT_DOUBLE_EQ(squares[1].item<double>(), 2);    // (4 / 2)^2 and 0
  EXPECT_THAT(largest_errors(two, 9), ElementsAre(1, 0));
  EXPECT_THAT(largest_errors(two, 1), ElementsAre(1));
  EXPECT_THAT(largest_errors(two, 0), IsEmpty());
  const auto figures = value_metrics(two);
  EXPECT_EQ(figures.images, 2);
  EXPECT_DOUBLE_EQ(figures.loss, 1.25);
  EXPECT_DOUBLE_EQ(figures.values[0].bias, -2);
  EXPECT_DOUBLE_EQ(figures.values[1].bias, -50);
}

TEST(ValueErrors, HaveIntervalsAroundThem) {
  std::vector<double> predicted;
  std::vector<double> targets;
  for (int i = 0; i < 200; ++i) {
    targets.push_back(i);
    predicted.push_back(i + ((i * 37) % 11 - 5));
  }
  const auto figures = value_metrics(answers(predicted, targets));
  const auto& one = figures.values.at(0);
  EXPECT_LT(one.rmse_interval.low, one.errors.rmse);
  EXPECT_GT(one.rmse_interval.high, one.errors.rmse);
  EXPECT_LT(one.mae_interval.low, one.errors.mae);
  EXPECT_GT(one.mae_interval.high, one.errors.mae);
  EXPECT_LT(one.rmse_interval.high - one.rmse_interval.low, one.errors.rmse / 4);
  EXPECT_DOUBLE_EQ(figures.loss, one.errors.rmse * one.errors.rmse);
}

TEST(ValueErrors, OfOneImageLeaveR2Open) {
  const auto found = errors(answers({3}, {1}));
  EXPECT_DOUBLE_EQ(found[0].rmse, 2);
  EXPECT_TRUE(std::isnan(found[0].r2));
}

TEST(ValueErrors, RefuseWhatIsNoAnswer) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(
      message_of(Code::numerical, answers({1, kInfinity}, {1, 2})),
      HasSubstr("the predictions for 1 of 2 images are not finite: the network has diverged"));
  EXPECT_THAT(message_of(Code::data, answers({1, 2}, {1, std::nan("")})),
              HasSubstr("a target is not finite"));
  EXPECT_THAT(message_of(Code::data, answers({1, 2}, {1})),
              HasSubstr("predictions of shape [2, 1]"));
  auto narrow = answers({1}, {1});
  narrow.deviation = {0};
  EXPECT_THAT(message_of(Code::data, narrow), HasSubstr("one deviation above 0"));
}

}  // namespace
}  // namespace temper::measure
