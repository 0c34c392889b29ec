// Recipes that several processes can't train, and the number format that they agree on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "temper/core/error.h"
#include "temper/train/data_parallel.h"
#include "temper/train/plan.h"
#include "temper/train/precision.h"
#include "tests/support/ranks_of_threads.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

recipe::Recipe semi(const std::string& text) {
  recipe::Recipe recipe;
  recipe.semi = recipe::Semi{};
  if (text == "mixmatch") recipe.semi->method = semi::MixMatch{};
  if (text == "interpolation") recipe.semi->method = semi::Interpolation{};
  return recipe;
}

TEST(DataParallel, RefusesWhatExchangesImagesAndTooSmallBatches) {
  recipe::Recipe recipe;
  recipe.data.batch = 4;
  EXPECT_NO_THROW(check_data_parallel(recipe, 4));
  EXPECT_THROW(check_data_parallel(recipe, 5), Error);
  EXPECT_NO_THROW(check_data_parallel(semi(""), 2));
  EXPECT_THROW(check_data_parallel(semi("mixmatch"), 2), Error);
  EXPECT_THROW(check_data_parallel(semi("interpolation"), 2), Error);
  auto interleaved = semi("");
  interleaved.semi->batch_norm = recipe::SemiStatistics::interleaved;
  EXPECT_THROW(check_data_parallel(interleaved, 2), Error);
  recipe.mixing = mix::Mixing{.methods = {mix::Mixup{}, mix::ManifoldMixup{.stages = {0}}}};
  EXPECT_NO_THROW(check_data_parallel(recipe, 2)) << "images alone are mixed";
  recipe.mixing->methods.emplace_back(mix::ManifoldMixup{.stages = {0, 2}});
  EXPECT_THROW(check_data_parallel(recipe, 2), Error);
  recipe.mixing->across_ranks = false;
  EXPECT_NO_THROW(check_data_parallel(recipe, 2));
  EXPECT_THROW(check_data_parallel(recipe, 3), Error) << "a process has a single image";
  recipe.mixing = mix::Mixing{.methods = {mix::Mixup{.images = 3}}, .across_ranks = false};
  EXPECT_THROW(check_data_parallel(recipe, 2), Error) << "it needs three";
  recipe.mixing = mix::Mixing{.partner = mix::Partner::similar};
  recipe.adversarial = adversarial::FreeTraining();
  EXPECT_NO_THROW(check_data_parallel(recipe, 2));
}

/// The number format of two ranks, the plans of which must have the same.
recipe::Precision format_in_ranks(const std::string& first, const std::string& second) {
  auto format = recipe::Precision::automatic;
  test::in_ranks(2, [&](distributed::Group& group) {
    const std::shared_ptr<distributed::Group> shared(&group, [](distributed::Group*) {});
    const auto made = plan(small::recipe({"precision=" + (group.leads() ? first : second)}),
                           small::dataset(64), shared);
    if (group.leads()) format = made.recipe.precision;
  });
  return format;
}

// One with "fp32" is as one whose processor is slower in bf16.
TEST(DataParallel, ComputesInOneNumberFormatWhereOneRankIsSlowerInBf16) {
  EXPECT_EQ(format_in_ranks("auto", "fp32"), recipe::Precision::fp32);
  EXPECT_EQ(format_in_ranks("fp32", "auto"), recipe::Precision::fp32);
  EXPECT_EQ(format_in_ranks("auto", "auto"), resolve_precision(recipe::Precision::automatic, {}));
}

TEST(DataParallel, NamesTwoNumberFormats) {
  try {
    (void)resolve_precision(recipe::Precision::bf16, {});
  } catch (const Error&) {
    GTEST_SKIP() << "this processor has no bf16 arithmetic";
  }
  EXPECT_THAT(temper::testing::refusal([] { (void)format_in_ranks("fp32", "bf16"); }),
              ::testing::HasSubstr("rank 1 would compute in bf16 (precision = \"bf16\") and rank 0 "
                                   "in fp32 (precision = \"fp32\")"));
}

}  // namespace
}  // namespace temper::train
