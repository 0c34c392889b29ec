#include "temper/study/definition/widening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "temper/core/error.h"

namespace temper::study {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const double kDiverged = std::numeric_limits<double>::quiet_NaN();

Axis rate() {
  return {.path = "lr", .values = {0.1, 0.2, 0.4}, .bounds = {.low = 0}, .geometric = true};
}
Axis dropout() {
  return {.path = "p", .values = {0.1, 0.3, 0.5}, .bounds = {0, 1, false, true}};
}

/// All points that are tried where a function gives the scores.
template <class Score>
std::vector<Scored> searched(const std::vector<Axis>& axes, const Score& score,
                             std::int64_t budget) {
  std::vector<Scored> tried;
  for (auto next = next_points(axes, tried, budget); !next.empty();
       next = next_points(axes, tried, budget))
    for (const auto& point : next) tried.push_back({point, score(point)});
  return tried;
}

TEST(GridPoints, AreAllCombinations) {
  EXPECT_THAT(grid_points(std::vector{rate()}),
              ElementsAre(ElementsAre(0.1), ElementsAre(0.2), ElementsAre(0.4)));
  EXPECT_EQ(grid_points(std::vector{rate(), dropout()}).size(), 9U);
  EXPECT_THAT(grid_points({}), ElementsAre(IsEmpty()));
}

TEST(NextPoints, EndWithTheGridWhereTheBestIsInside) {
  const std::vector axes{rate()};
  const auto tried = searched(axes, [](const Point& p) { return -std::abs(p[0] - 0.2); }, 10);
  EXPECT_EQ(tried.size(), 3U);
  EXPECT_EQ(best_point(axes, tried).index, 1U);
  EXPECT_THAT(best_point(axes, tried).at_edge, IsEmpty());
}

TEST(NextPoints, GoBeyondAnEdgeUntilTheBestIsInside) {
  const std::vector axes{rate()};
  const auto higher = searched(axes, [](const Point& p) { return -std::abs(p[0] - 1.6); }, 10);
  ASSERT_EQ(higher.size(), 6U);
  EXPECT_THAT(higher[3].point, ElementsAre(0.8));
  EXPECT_THAT(higher[4].point, ElementsAre(1.6));
  EXPECT_THAT(higher[5].point, ElementsAre(3.2));
  EXPECT_EQ(best_point(axes, higher).index, 4U);
  const auto lower = searched(axes, [](const Point& p) { return -std::abs(p[0] - 0.05); }, 10);
  ASSERT_EQ(lower.size(), 5U);
  EXPECT_THAT(lower[4].point, ElementsAre(0.025));
}

TEST(NextPoints, StopAtTheBudgetAndSaySo) {
  const std::vector axes{rate()};
  const auto tried = searched(axes, [](const Point& p) { return p[0]; }, 5);
  EXPECT_EQ(tried.size(), 5U);
  EXPECT_THAT(best_point(axes, tried).at_edge, ElementsAre(0));
  EXPECT_THAT(next_points(axes, {}, 2), ElementsAre(ElementsAre(0.1), ElementsAre(0.2)));
}

TEST(NextPoints, StopAtTheEndOfTheOptionsRange) {
  const std::vector axes{dropout()};
  const auto low = searched(axes, [](const Point& p) { return -p[0]; }, 20);
  EXPECT_THAT(low.back().point, ElementsAre(0)) << "steps of 0.2, and 0 belongs to the range";
  EXPECT_EQ(low.size(), 4U);
  EXPECT_THAT(best_point(axes, low).at_edge, IsEmpty()) << "there is nothing beyond 0";
  const auto high = searched(axes, [](const Point& p) { return p[0]; }, 20);
  EXPECT_THAT(high.back().point, ElementsAre(0.9)) << "1 does not belong to the range";
  EXPECT_EQ(high.size(), 5U);
  EXPECT_THAT(best_point(axes, high).at_edge, ElementsAre(0)) << "0.95 is beyond 0.9";
}

TEST(NextPoints, WidenEachAxisAtTheBestPoint) {
  const std::vector axes{rate(), dropout()};
  const auto tried = searched(
      axes, [](const Point& p) { return -std::abs(std::log2(p[0] / 0.8)) - std::abs(p[1] - 0.7); },
      30);
  const auto best = best_point(axes, tried);
  EXPECT_THAT(tried[best.index].point, ElementsAre(0.8, 0.7));
  EXPECT_THAT(best.at_edge, IsEmpty());
  EXPECT_LT(tried.size(), 20U);
}

TEST(NextPoints, DivergedPointsAreTheWorst) {
  const std::vector axes{rate()};
  const auto tried =
      searched(axes, [](const Point& p) { return p[0] > 0.2 ? kDiverged : p[0]; }, 10);
  EXPECT_EQ(tried.size(), 3U);
  EXPECT_EQ(best_point(axes, tried).index, 1U);
}

TEST(NextPoints, EndWhereEverythingDiverges) {
  const std::vector axes{rate()};
  const auto tried = searched(axes, [](const Point&) { return kDiverged; }, 10);
  EXPECT_EQ(tried.size(), 3U);
  try {
    (void)best_point(axes, tried);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::numerical);
  }
}

TEST(NextPoints, WithoutAxesTheOnlyPointIsTriedOnce) {
  const std::vector<Axis> none;
  const auto tried = searched(none, [](const Point&) { return 1.0; }, 10);
  EXPECT_EQ(tried.size(), 1U);
}

TEST(NextPoints, WholeNumbersStayWhole) {
  const std::vector axes{
      Axis{.path = "n", .values = {2, 3}, .bounds = {.low = 1}, .whole = true, .geometric = true}};
  const auto tried = searched(axes, [](const Point& p) { return p[0]; }, 5);
  EXPECT_THAT(tried[2].point, ElementsAre(5));
  EXPECT_THAT(tried[3].point, ElementsAre(8));
}

}  // namespace
}  // namespace temper::study
