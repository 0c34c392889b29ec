// The studies in recipes/studies/.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "temper/recipe/recipe.h"
#include "temper/study/definition/arms.h"
#include "temper/study/definition/comparisons.h"
#include "temper/study/definition/rules.h"
#include "temper/study/definition/study.h"
#include "temper/study/definition/tuning.h"
#include "temper/study/definition/widening.h"

namespace temper::study {
namespace {

std::filesystem::path folder() {
  return std::filesystem::path(TEMPER_SOURCE_DIR) / "recipes/studies";
}

Study shipped(const std::string& name) {
  return load_study(folder() / (name + ".toml"));
}

/// The files of the folder, with their texts. Those without rows are recipes.
std::vector<std::pair<std::filesystem::path, std::string>> files() {
  std::vector<std::pair<std::filesystem::path, std::string>> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() != ".toml") continue;
    std::ifstream file(entry.path());
    found.emplace_back(entry.path(), std::string(std::istreambuf_iterator<char>(file), {}));
  }
  return found;
}

TEST(ShippedStudies, AllAreValid) {
  std::size_t studies = 0;
  for (const auto& [path, text] : files()) {
    SCOPED_TRACE(path.filename().string());
    if (text.find("\n[[row]]") == std::string::npos) {
      EXPECT_NO_THROW((void)recipe::load(path));
      continue;
    }
    ++studies;
    EXPECT_NO_THROW((void)load_study(path));
  }
  EXPECT_GE(studies, 14U);
}

TEST(ShippedStudies, TheElevenPublishedRowsStandInTheirOrderAndAreLeftOutOneByOne) {
  const std::vector<std::vector<std::string>> names{
      {"cosine"},          {"350 epochs", "longer"}, {"EMA of weights"},
      {"label smoothing"}, {"stochastic depth"},     {"RandAugment"},
      {"dropout"},         {"less weight decay"},    {"SE"},
      {"ResNet-D"}};
  for (const auto* name : {"resnet-rs-imagenet", "fashion-mnist", "cifar10"}) {
    SCOPED_TRACE(name);
    const auto study = shipped(name);
    EXPECT_EQ(study.mode, Mode::additive);
    ASSERT_EQ(study.rows.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
      EXPECT_TRUE(std::ranges::find(names[i], study.rows[i].name) != names[i].end())
          << study.rows[i].name;
    // "without ResNet-D" is the row SE.
    const auto all = arms(study);
    EXPECT_EQ(all.size(), 20U);
    const auto compared = comparisons(study, all);
    EXPECT_EQ(std::ranges::count(compared, Kind::left_out, &Comparison::kind), 10);
  }
}

TEST(ShippedStudies, TheLastRowOfThePublishedTableHasTheLengthOfResNetRs) {
  const auto study = shipped("resnet-rs-imagenet");
  const auto all = arms(study);
  EXPECT_EQ(all.front().recipe.epochs, 90);
  EXPECT_EQ(all.front().recipe.data.augment.size(), 2U);
  EXPECT_TRUE(all.front().recipe.averaging.empty());
  const auto last = arm_of(study, all, "ResNet-D");
  ASSERT_TRUE(last);
  EXPECT_EQ(all[*last].recipe.epochs, 350);
  EXPECT_EQ(all[*last].recipe.data.augment.size(), 3U);
  EXPECT_EQ(all[*last].recipe.averaging.size(), 1U);
}

TEST(ShippedStudies, TheClaimAboutArchitecturesHasTheRunsOfTheTwoByTwo) {
  const auto study = shipped("architecture-or-training");
  EXPECT_EQ(study.mode, Mode::two_by_two);
  const auto four = arms(study);
  ASSERT_EQ(four.size(), 4U);
  const auto claims = shipped("architecture-or-training-claims");
  const auto tested = arms(claims);
  EXPECT_EQ(claims.seeds, study.seeds);
  ASSERT_EQ(tested.size(), 4U);
  for (const auto& arm : four)
    EXPECT_TRUE(std::ranges::any_of(tested, [&](const Arm& other) {
      return same_results(arm, other);
    })) << arm.name;
}

TEST(ShippedStudies, RandAugmentHasASmallGridAndTheLearnedPoliciesAreAsPublished) {
  const auto study = shipped("transfer-policies");
  const auto all = arms(study);
  ASSERT_EQ(all.size(), 6U);
  for (const auto& arm : all)
    EXPECT_EQ(grid_points(tuning_axes(study, arm)).size(), arm.name == "RandAugment" ? 6U : 1U)
        << arm.name;
  const auto small = recipe::load(folder() / "small.toml", {"epochs=40", "data.split_seed=1"});
  for (const auto& change : recipe::differences(small, all.front().recipe))
    EXPECT_FALSE(change.changes_results) << change.path;
}

TEST(ShippedStudies, FiveFormsOfAugmentationOfCifarHaveThreeStrengthsEach) {
  const auto study = shipped("cifar10-augmentation");
  ASSERT_EQ(study.rows.size(), 5U);
  for (const auto& arm : arms(study))
    EXPECT_EQ(grid_points(tuning_axes(study, arm)).size(), arm.rows.empty() ? 1U : 3U) << arm.name;
}

TEST(ShippedStudies, FineTuningStartsFromWeightsOfTheOtherClasses) {
  const auto all = arms(shipped("fine-tuning"));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_FALSE(all[0].recipe.pretrained);
  ASSERT_TRUE(all[1].recipe.pretrained);
  EXPECT_FALSE(same_results(all[0], all[1]));
  const auto weights = recipe::load(folder() / "fine-tuning-weights.toml");
  EXPECT_EQ(all[1].recipe.data.mean, weights.data.mean);
  EXPECT_EQ(all[1].recipe.data.std, weights.data.std);
}

TEST(ShippedStudies, OptimizersAndSchedulesTuneTheLearningRateOfEveryRow) {
  for (const auto* name : {"optimizers", "schedules"}) {
    const auto study = shipped(name);
    EXPECT_EQ(study.rows.size(), 5U) << name;
    EXPECT_EQ(arms(study).size(), 6U) << name;
    EXPECT_EQ(study.seeds.size(), 10U) << name;
    EXPECT_EQ(study.tune, std::vector<std::string>{"optimizer.lr"}) << name;
  }
}

TEST(ShippedStudies, FewLabelsAreLearnedFromWithTwoMethodsAsPublishedAndTuned) {
  const auto study = shipped("semi");
  const auto all = arms(study);
  ASSERT_EQ(all.size(), 6U);
  EXPECT_FALSE(trained_alike(study, all[1], all[3]));
  EXPECT_FALSE(trained_alike(study, all[4], all[5]));
  EXPECT_EQ(study.seeds.size(), 5U);
}

TEST(ShippedStudies, MixingAttacksItsNetworks) {
  const auto mixing = shipped("mixing");
  EXPECT_EQ(arms(mixing).size(), 15U);
  EXPECT_EQ(mixing.seeds.size(), 10U);
  EXPECT_TRUE(measures(mixing, "fgsm."));
  const auto robustness = shipped("robustness");
  EXPECT_EQ(arms(robustness).size(), 7U);
  EXPECT_EQ(robustness.seeds.size(), 5U);
  EXPECT_TRUE(measures(robustness, "pgd."));
  EXPECT_EQ(arms(shipped("rotated")).size(), 3U);
}

TEST(ShippedStudies, EveryClaimIsTested) {
  for (const auto* name : {"claims", "mixing", "robustness", "rotated", "semi"}) {
    const auto study = shipped(name);
    const auto compared = comparisons(study, arms(study));
    for (std::size_t i = 0; i < study.claims.size(); ++i)
      EXPECT_TRUE(std::ranges::any_of(compared, [&](const Comparison& one) {
        return one.kind == Kind::claim && one.claim == i && !one.length;
      })) << study.claims[i].text;
  }
  const auto study = shipped("claims");
  const auto compared = comparisons(study, arms(study));
  EXPECT_TRUE(std::ranges::any_of(compared, [](const Comparison& one) {
    return one.kind == Kind::claim && one.length.has_value();
  }));
}

}  // namespace
}  // namespace temper::study
