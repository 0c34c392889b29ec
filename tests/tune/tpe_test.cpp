#include "temper/tune/tpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/support/golden.h"

namespace temper::tune {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

MATCHER(IsNear, "") {
  return std::abs(std::get<0>(arg) - std::get<1>(arg)) < 1e-12;
}

std::vector<double> numbers(const nlohmann::json& json) {
  return json.get<std::vector<double>>();
}

TEST(Tpe, EstimatesDensitiesAsHyperoptDoes) {
  const auto golden = testing::golden("tune/tpe.json");
  for (const auto& one : golden.at("numbers")) {
    const auto mixture = parzen(numbers(one.at("observed")), {});
    EXPECT_THAT(mixture.weights, Pointwise(IsNear(), numbers(one.at("weights"))));
    EXPECT_THAT(mixture.means, Pointwise(IsNear(), numbers(one.at("means"))));
    EXPECT_THAT(mixture.deviations, Pointwise(IsNear(), numbers(one.at("deviations"))));
    const auto at = numbers(one.at("at"));
    const auto expected = numbers(one.at("log_density"));
    for (std::size_t i = 0; i < at.size(); ++i) {
      EXPECT_THAT(log_density(mixture, at[i]), DoubleNear(expected[i], 1e-9));
    }
  }
}

TEST(Tpe, EstimatesChoicesAndSplitsTrialsAsHyperoptDoes) {
  const auto golden = testing::golden("tune/tpe.json");
  for (const auto& one : golden.at("choices")) {
    EXPECT_THAT(choice_probabilities(one.at("observed").get<std::vector<std::size_t>>(), 5, {}),
                Pointwise(IsNear(), numbers(one.at("probabilities"))));
  }
  for (const auto& one : golden.at("splits")) {
    const auto good = good_trials(numbers(one.at("losses")), {});
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < good.size(); ++i)
      if (good[i]) indices.push_back(i);
    EXPECT_EQ(indices, one.at("good").get<std::vector<std::size_t>>());
  }
}

TEST(Tpe, DrawsWhereTheGoodTrialsAre) {
  const std::vector<double> good{0.2, 0.21, 0.22, 0.2};
  const std::vector<double> others{0.5, 0.7, 0.8, 0.9, 0.95, 0.6};
  const std::vector<std::size_t> chosen{2, 2, 2, 2};
  const std::vector<std::size_t> left{0, 1, 3, 0, 1, 3};
  double sum = 0;
  int right = 0;
  constexpr int draws = 50;
  for (int i = 0; i < draws; ++i) {
    const Random random(1, Purpose::search, {static_cast<std::uint64_t>(i)});
    const double x = next_number(good, others, random, {});
    EXPECT_GE(x, 0);
    EXPECT_LT(x, 1);
    sum += x / draws;
    right += next_choice(chosen, left, 4, random, {}) == 2 ? 1 : 0;
  }
  EXPECT_LT(sum, 0.3);
  EXPECT_GT(right, draws * 9 / 10);
}

}  // namespace
}  // namespace temper::tune
