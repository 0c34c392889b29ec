// The attribution of a difference to changes, on given numbers; scripts/golden/attribution.py wrote
// them.
#include "temper/report/attribution.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/study/analysis/made_up.h"
#include "tests/support/golden.h"

namespace temper::report {
namespace {

using study::made_up::kA;
using study::made_up::kB;
using study::made_up::kC;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class AttributionTest : public ::testing::Test {
 protected:
  const nlohmann::json golden = temper::testing::golden("study/attribution.json");

  /// The table of a study whose runs have the golden accuracies.
  [[nodiscard]] study::StudyTable table(const std::string& mode,
                                        const std::vector<std::string>& rows = {kA, kB, kC}) const {
    const auto course = study::made_up::course(fmt::format("seeds = 4\nmode = \"{}\"", mode), rows);
    const auto accuracy = [this](const study::Trial& trial) {
      const auto seed = static_cast<std::size_t>(trial.recipe.seed - 1);
      return std::optional(golden["values"][seed][study::made_up::rows_in(trial)].get<double>());
    };
    return study::made_up::table(course, study::made_up::run(accuracy));
  }

  static void expect_equal(const std::optional<statistics::Judged>& ours,
                           const nlohmann::json& published) {
    ASSERT_TRUE(ours);
    EXPECT_NEAR(ours->difference.mean, published["mean"].get<double>(), 1e-9);
    EXPECT_NEAR(ours->interval.low, published["interval"][0].get<double>(), 1e-8);
    EXPECT_NEAR(ours->interval.high, published["interval"][1].get<double>(), 1e-8);
    EXPECT_NEAR(ours->difference.p, published["p"].get<double>(), 1e-9);
  }
};

TEST_F(AttributionTest, SharesAreMeansOverAllOrdersAndAddUp) {
  const auto made = table("orders");
  const auto found = attribution(made);
  expect_equal(found.total, golden["total"]);
  EXPECT_TRUE(found.adds_up);
  ASSERT_THAT(found.rows, SizeIs(3));
  double sum = 0, parts = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(found.rows[i].name, std::string(1, static_cast<char>('a' + i)));
    expect_equal(found.rows[i].share, golden["shares"][i]);
    expect_equal(found.rows[i].alone, golden["alone"][i]);
    sum += found.rows[i].share->difference.mean;
    ASSERT_TRUE(found.rows[i].part);
    parts += *found.rows[i].part;
  }
  EXPECT_NEAR(sum, found.total->difference.mean, 1e-9);
  EXPECT_NEAR(parts, 1, 1e-9);
  const auto text = to_text(found, made);
  EXPECT_THAT(text, HasSubstr("points in test accuracy (95% interval "));
  EXPECT_THAT(text, HasSubstr("over 4 seeds): better\n"));
  EXPECT_THAT(text, HasSubstr("\ndifference "));
  EXPECT_THAT(text, HasSubstr("averaged over all orders"));
}

TEST_F(AttributionTest, InOneOrderSharesAreForThatOrder) {
  const auto found = attribution(table("additive"));
  expect_equal(found.total, golden["total"]);
  ASSERT_THAT(found.rows, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    expect_equal(found.rows[i].share, golden["in_order"][i]);
    expect_equal(found.rows[i].left_out, golden["left_out"][i]);
    EXPECT_TRUE(found.rows[i].part);
  }
}

TEST_F(AttributionTest, WhatDoesNotAddUpHasNoShares) {
  const auto left_out = attribution(table("leave_one_out"));
  expect_equal(left_out.total, golden["total"]);
  ASSERT_THAT(left_out.rows, SizeIs(3));
  EXPECT_EQ(left_out.rows[2].name, "c");
  for (std::size_t i = 0; i < 3; ++i) {
    expect_equal(left_out.rows[i].left_out, golden["left_out"][i]);
    EXPECT_FALSE(left_out.rows[i].part);
  }
  const auto alone = attribution(table("one_at_a_time"));
  EXPECT_FALSE(alone.total) << "all together were not trained";
  ASSERT_THAT(alone.rows, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) expect_equal(alone.rows[i].alone, golden["alone"][i]);
  const auto one = attribution(table("one_at_a_time", {kA}));
  expect_equal(one.total, golden["alone"][0]);
}

TEST_F(AttributionTest, TwoRowsHaveSharesInAllOrders) {
  const auto found = attribution(table("orders", {kA, kB}));
  ASSERT_THAT(found.rows, SizeIs(2));
  expect_equal(found.rows[0].alone, golden["alone"][0]);
  expect_equal(found.rows[1].alone, golden["alone"][1]);
  ASSERT_TRUE(found.total);
  EXPECT_NEAR(found.rows[0].share->difference.mean + found.rows[1].share->difference.mean,
              found.total->difference.mean, 1e-9);
}

TEST_F(AttributionTest, WithoutTheirRunsNothingIsAttributed) {
  const auto course = study::made_up::course("seeds = 4\nmode = \"orders\"", {kA, kB});
  const auto made = study::analyse(course, course.stand({}), {});
  const auto found = attribution(made);
  EXPECT_FALSE(found.total);
  EXPECT_THAT(to_text(found, made), HasSubstr("the whole difference is not known"));
}

}  // namespace
}  // namespace temper::report
