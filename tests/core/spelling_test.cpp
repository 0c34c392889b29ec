#include "temper/core/spelling.h"

#include <gtest/gtest.h>

namespace temper {
namespace {

TEST(Spelling, CountsInsertionsDeletionsSubstitutionsAndSwaps) {
  EXPECT_EQ(spelling_distance("", "abc"), 3U);
  EXPECT_EQ(spelling_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(spelling_distance("ca", "ac"), 1U);
  EXPECT_EQ(spelling_distance("weight-decay", "Weight_Decay"), 0U);
  EXPECT_EQ(spelling_distance("optimiser", "optimizer"), 1U);
}

TEST(Spelling, OffersNothingThatIsFarAway) {
  EXPECT_EQ(nearest("momentun", {"lr", "momentum"}), "momentum");
  EXPECT_EQ(nearest("xy", {"lr", "momentum"}), "");
  EXPECT_EQ(nearest("", {"lr"}), "");
}

TEST(Spelling, OffersALongerNameThatBeginsAlike) {
  EXPECT_EQ(nearest("Trivial-Augment", {"flip", "trivial_augment_wide"}), "trivial_augment_wide");
  EXPECT_EQ(nearest("tri", {"flip", "trivial_augment_wide"}), "");
}

}  // namespace
}  // namespace temper
