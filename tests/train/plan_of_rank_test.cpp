#include "temper/train/plan_of_rank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

/// The plan of a rank, with batches of 8 images in all.
Plan of(const std::vector<std::string>& sets, std::int64_t ranks, std::int64_t local_ranks = 1) {
  const auto recipe = small::recipe(sets);
  return plan_of_rank(plan(recipe, small::dataset(64)), recipe, ranks, local_ranks);
}

TEST(PlanOfRank, HasTheLargestPartOfTheBatch) {
  const auto part = of({"data.micro_batches=4"}, 3);
  EXPECT_EQ(part.recipe.data.batch, 3);
  EXPECT_EQ(part.training.batch, 3);
  EXPECT_EQ(part.recipe.data.micro_batches, 2) << "one for each image of the rank with the fewest";
  EXPECT_EQ(part.group, nullptr);
  EXPECT_EQ(part.horizon.total_steps, of({}, 1).horizon.total_steps);
  EXPECT_EQ(of({}, 1).training.batch, 8);
  EXPECT_EQ(of({}, 8).training.batch, 1);
}

TEST(PlanOfRank, SharesTheMachinesThreadsUnlessTheRecipeGivesThem) {
  EXPECT_EQ(of({"threads=6", "data.num_workers=3"}, 4, 4).recipe.threads.value, 6);
  EXPECT_EQ(of({"threads=6", "data.num_workers=3"}, 4, 4).training.threads, 3);
  const auto whole = of({"threads='auto'"}, 1);
  const auto part = of({"threads='auto'"}, 4, 4);
  EXPECT_EQ(*part.recipe.threads.value, std::max<std::int64_t>(1, *whole.recipe.threads.value / 4));
  EXPECT_EQ(part.training.threads, 1) << "small images need one";
}

TEST(PlanOfRank, MixesWithinThePartWhereThatIsPossible) {
  const std::vector<std::string> mixup{"mixing={methods=[{kind='mixup'}]}"};
  EXPECT_TRUE(of(mixup, 4).recipe.mixing.has_value());
  EXPECT_FALSE(of(mixup, 8).recipe.mixing.has_value()) << "a single image";
}

TEST(PlanOfRank, RefusesWhatSeveralProcessesRefuse) {
  try {
    (void)of({}, 9);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(),
                ::testing::HasSubstr("data.batch_size = 8 is the whole batch, which 9 "
                                     "processes share"));
  }
  const std::vector<std::string> manifold{"mixing={methods=[{kind='manifold_mixup', stages=[1]}]}"};
  EXPECT_THROW((void)of(manifold, 2), Error);
  EXPECT_NO_THROW((void)of(manifold, 1)) << "one process refuses nothing";
}

}  // namespace
}  // namespace temper::train
