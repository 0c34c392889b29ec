#include "temper/distributed/lost.h"

#include <gtest/gtest.h>

namespace temper::distributed {
namespace {

TEST(Lost, NamesSilentRanksWithTheLastStep) {
  const Pulse::Rank lives{{.count = 9, .step = 41, .process = 7, .host = "a"}, Milliseconds(100)};
  const Pulse::Rank lost{{.count = 4, .step = 38, .process = 8, .host = "b"}, Milliseconds(900)};
  Pulse::View view{.ranks = {lives, lost, lives}};
  EXPECT_EQ(silent(view, 0, 41, Milliseconds(800)), "rank 1 (on b), process 8, after step 41");
  EXPECT_EQ(silent(view, 1, 41, Milliseconds(800)), "");
  view.ranks.assign(7, lost);
  EXPECT_NE(silent(view, 0, 41, Milliseconds(800)).find("; and 2 more"), std::string::npos);
}

TEST(Lost, PassesOnTheErrorOfAnotherRank) {
  const std::vector<Ending> endings{
      {.rank = 2, .status = 3, .step = 5, .host = "c", .message = "bad"}};
  EXPECT_EQ(first_of_others(endings, 2), nullptr);
  const auto* const ending = first_of_others(endings, 0);
  ASSERT_NE(ending, nullptr);
  EXPECT_EQ(error_of(*ending).code(), Code::data);
  EXPECT_STREQ(error_of(*ending).what(), "rank 2 (on c) has ended after step 5: bad");
}

TEST(Lost, LeavesItsOwnErrorBehind) {
  const auto ending = ending_of(1, 7, Error(Code::data, {.image = "cat.jpg"}, "no image"));
  EXPECT_EQ(
      ending,
      (Ending{
          .rank = 1, .status = 3, .step = 7, .host = host_name(), .message = "cat.jpg: no image"}));
}

TEST(Lost, NamesTheStore) {
  const Ranks own{.rank = 1, .size = 2, .launcher = "torchrun", .host = "node-0", .port = 1234};
  const auto text = store_text(own, 7, "reset");
  EXPECT_TRUE(
      text.starts_with("rank 0, which has the ranks' store at node-0:1234, can't be "
                       "reached any more after step 7 (reset): "))
      << text;
}

}  // namespace
}  // namespace temper::distributed
