#include "temper/core/stratify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temper {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StratifiedCounts, AddUpToTheShareByTheLargestRemainders) {
  EXPECT_THAT(stratified_counts({100, 50}, 0.1), ElementsAre(10, 5));
  EXPECT_THAT(stratified_counts({14, 16, 10}, 0.1), ElementsAre(1, 2, 1));
  EXPECT_THAT(stratified_counts({3}, 0.2), ElementsAre(1));
  EXPECT_THAT(stratified_counts({2}, 0.2), ElementsAre(0));
  EXPECT_THAT(stratified_counts({}, 0.2), IsEmpty());
}

TEST(StratifiedCounts, LeaveEveryClassAnImage) {
  EXPECT_THAT(stratified_counts({1, 1, 1, 1, 1}, 0.2), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_THAT(stratified_counts({1, 0, 4}, 0.2), ElementsAre(0, 0, 1));
  EXPECT_THAT(stratified_counts({2, 3}, 0.9), ElementsAre(1, 2));
}

}  // namespace
}  // namespace temper
