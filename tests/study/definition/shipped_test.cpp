// The studies in recipes/studies/.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "temper/study/definition/arms.h"
#include "temper/study/definition/comparisons.h"
#include "temper/study/definition/rules.h"
#include "temper/study/definition/study.h"

namespace temper::study {
namespace {

Study shipped(const std::string& name) {
  return load_study(std::filesystem::path(TEMPER_SOURCE_DIR) / "recipes/studies" /
                    (name + ".toml"));
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

TEST(ShippedStudies, FewLabelsAreLearnedFromWithTwoMethodsBesidesSupervised) {
  const auto study = shipped("semi");
  EXPECT_EQ(study.rows.size(), 2U);
  EXPECT_EQ(arms(study).size(), 3U);
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
  for (const auto* name : {"claims", "mixing", "robustness", "rotated"}) {
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
