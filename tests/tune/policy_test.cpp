#include "temper/tune/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>
#include <string>
#include <variant>

#include "temper/core/error.h"
#include "temper/recipe/text.h"
#include "tests/train/small_run.h"

namespace temper::tune {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

Random random(std::uint64_t number) {
  return {1, Purpose::search, {number}};
}

TEST(Policy, DrawsAutoAugmentsLevels) {
  std::set<double> probabilities;
  std::set<double> magnitudes;
  std::set<PolicyOperation> operations;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto policy = draw_policy(random(i), Levels::discrete);
    ASSERT_THAT(policy, SizeIs(kSubPolicies));
    for (const auto& sub_policy : policy)
      for (const auto& chosen : sub_policy) {
        probabilities.insert(chosen.p);
        magnitudes.insert(chosen.magnitude);
        operations.insert(chosen.operation);
      }
  }
  EXPECT_THAT(probabilities, SizeIs(11));
  EXPECT_THAT(magnitudes, SizeIs(10));
  EXPECT_THAT(operations, SizeIs(kPolicyOperations));
  EXPECT_EQ(*probabilities.begin(), 0);
  EXPECT_EQ(*magnitudes.rbegin(), 1);
  EXPECT_EQ(draw_policy(random(3), Levels::discrete), draw_policy(random(3), Levels::discrete));
}

TEST(Policy, OperationsHaveFastAutoAugmentsRanges) {
  const auto made = [](PolicyOperation operation, double magnitude) {
    return operation_of({.operation = operation, .p = 0.3, .magnitude = magnitude});
  };
  const auto rotate = std::get<augment::Rotate>(made(PolicyOperation::rotate, 0.5));
  EXPECT_EQ(rotate.degrees_low, -15);
  EXPECT_EQ(rotate.degrees_high, 15);
  EXPECT_EQ(rotate.p, 0.3);
  const auto shear = std::get<augment::Shear>(made(PolicyOperation::shear_y, 1));
  EXPECT_NEAR(std::tan(shear.y_high * std::numbers::pi / 180), 0.3, 1e-4);
  EXPECT_EQ(shear.x_low, 0);
  EXPECT_EQ(shear.x_high, 0);
  EXPECT_EQ(std::get<augment::Translate>(made(PolicyOperation::translate_x, 1)).x, 0.45);
  EXPECT_EQ(std::get<augment::Translate>(made(PolicyOperation::translate_x, 1)).y, 0);
  EXPECT_EQ(std::get<augment::Solarize>(made(PolicyOperation::solarize, 1)).threshold_high, 256);
  EXPECT_EQ(std::get<augment::Posterize>(made(PolicyOperation::posterize, 0)).bits_low, 4);
  EXPECT_EQ(std::get<augment::Contrast>(made(PolicyOperation::contrast, 0)).factor_low, 0.1);
  EXPECT_EQ(std::get<augment::Sharpness>(made(PolicyOperation::sharpness, 1)).factor_high, 1.9);
}

TEST(Policy, ARecipeHoldsIt) {
  const auto policy = draw_policy(random(1), Levels::continuous);
  const auto recipe = with_policy(train::small::recipe(), operation_of(policy));
  ASSERT_THAT(recipe.data.augment, SizeIs(3)) << "behind pad_crop and flip";
  const auto& one_of = std::get<augment::OneOf>(recipe.data.augment.back());
  ASSERT_THAT(one_of.operations, SizeIs(kSubPolicies));
  const auto& both = std::get<augment::RandomApply>(one_of.operations.front());
  EXPECT_THAT(both.operations, SizeIs(2));
  EXPECT_EQ(both.p, 1);
}

TEST(Policy, ReplacesThePolicyOfARecipe) {
  const std::string list =
      "data.augment=[{ kind = 'trivial_augment_wide' }, { kind = 'flip' }, { kind = 'rand_augment' "
      "}]";
  const auto recipe = train::small::recipe({list});
  const auto replaced = with_policy(recipe, operation_of(draw_policy(random(1), Levels::discrete)));
  const auto text = recipe::to_toml(replaced);
  EXPECT_THAT(text, Not(HasSubstr("kind = \"rand_augment\"")));
  EXPECT_THAT(text, Not(HasSubstr("kind = \"trivial_augment")));
  EXPECT_THAT(replaced.data.augment, SizeIs(2));
  const auto moved =
      train::small::recipe({list, "data.augment.1.p={ schedule = 'linear', peak = 0.5 }"});
  EXPECT_THROW((void)with_policy(moved, augment::RandAugment{}), Error);
}

TEST(Policy, ReplacesOneThatASearchHasFound) {
  const auto found =
      with_policy(train::small::recipe(), operation_of(draw_policy(random(1), Levels::continuous)));
  const auto again = with_policy(found, operation_of(draw_policy(random(2), Levels::discrete)));
  EXPECT_THAT(again.data.augment, SizeIs(found.data.augment.size()));
  const auto grid = with_rand_augment(found, 2, 5);
  EXPECT_THAT(grid.data.augment, SizeIs(found.data.augment.size()));
  EXPECT_TRUE(std::holds_alternative<augment::RandAugment>(grid.data.augment.back()));
}

TEST(Policy, APolicyWithinAnotherOperationIsRefused) {
  const auto nested = train::small::recipe(
      {"data.augment=[{ kind = 'flip' }, { kind = 'random_apply', p = 0.5, operations = [{ kind = "
       "'flip' }, { kind = 'rand_augment' }] }]"});
  for (const auto& call :
       {+[](const recipe::Recipe& recipe) { (void)with_policy(recipe, augment::RandAugment{}); },
        +[](const recipe::Recipe& recipe) { (void)with_rand_augment(recipe, 2, 5); }}) {
    try {
      call(nested);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_THAT(error.what(), HasSubstr("data.augment.1 has an augmentation policy within it"));
    }
  }
  EXPECT_NO_THROW((void)with_policy(
      train::small::recipe({"data.augment=[{ kind = 'random_apply', operations = [{ kind = 'flip' "
                            "}] }]"}),
      augment::RandAugment{}))
      << "no policy within it";
}

TEST(Policy, SetsTheRandAugmentOfARecipe) {
  const auto own = with_rand_augment(
      train::small::recipe(
          {"data.augment=[{ kind = 'rand_augment', magnitude_std = 0.5 }, { kind = 'flip' }]"}),
      3, 7);
  const auto& kept = std::get<augment::RandAugment>(own.data.augment.front());
  EXPECT_EQ(kept.num_ops, 3);
  EXPECT_EQ(kept.magnitude, 7);
  EXPECT_EQ(kept.magnitude_std, 0.5);
  const auto added = with_rand_augment(train::small::recipe(), 1, 5);
  EXPECT_EQ(std::get<augment::RandAugment>(added.data.augment.back()).magnitude, 5);
}

}  // namespace
}  // namespace temper::tune
