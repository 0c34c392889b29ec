#include "temper/train/partners.h"

#include <gtest/gtest.h>

#include <vector>

namespace temper::train {
namespace {

using Lists = std::vector<std::vector<std::int64_t>>;
using Counts = std::vector<std::int64_t>;

/// Of five rows: 0 <- 4, 1 <- 0, 2 <- 3 and 1, 4 <- 1; row 3 stays as it is.
mix::Plan plan() {
  return {.blends = {mix::Blend{.weights = {0.5, 0.5}}},
          .rows = {{.partners = {4}},
                   {.partners = {0}},
                   {.partners = {3, 1}},
                   {.partners = {}},
                   {.partners = {1}}}};
}

TEST(Partners, AreSentToTheRanksThatNeedThem) {
  // Rank 0 has the rows 0 and 1, rank 1 the rows 2, 3 and 4.
  const auto first = partners_of(plan(), 0, 2);
  EXPECT_EQ(first.send, (Lists{{}, {1}}));
  EXPECT_EQ(first.receive, (Counts{0, 1}));
  ASSERT_EQ(first.plan.rows.size(), 3);
  EXPECT_EQ(first.plan.rows[0].partners, (Counts{2})) << "row 4, which follows the own ones";
  EXPECT_EQ(first.plan.rows[1].partners, (Counts{0}));
  EXPECT_FALSE(first.plan.rows[2].is_mixed());

  const auto second = partners_of(plan(), 1, 2);
  EXPECT_EQ(second.send, (Lists{{2}, {}}));
  EXPECT_EQ(second.receive, (Counts{1, 0}));
  ASSERT_EQ(second.plan.rows.size(), 4);
  EXPECT_EQ(second.plan.rows[0].partners, (Counts{1, 3}));
  EXPECT_EQ(second.plan.rows[2].partners, (Counts{3}));
}

TEST(Partners, OfASingleRankAreItsOwn) {
  const auto all = partners_of(plan(), 0, 1);
  EXPECT_EQ(all.send, (Lists{{}}));
  EXPECT_EQ(all.plan.rows.size(), 5);
  for (std::size_t row = 0; row < 5; ++row)
    EXPECT_EQ(all.plan.rows[row].partners, plan().rows[row].partners);
}

}  // namespace
}  // namespace temper::train
