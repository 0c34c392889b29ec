// Searches for augmentation over trials of a second, in child processes.
#include "temper/tune/augment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/tune/fold_networks.h"
#include "tests/study/engine/small_study.h"
#include "tests/train/small_run.h"

namespace temper::tune {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace fs = std::filesystem;

class TuneAugment : public ::testing::Test {
 protected:
  recipe::Recipe recipe() const {
    return study::small::recipe(data_, {"epochs=1", "precision=fp32"});
  }
  study::EngineOptions engine() {
    ended_.clear();
    return {.folder = folder_,
            .on_progress =
                [this](const study::Progress& progress) {
                  if (progress.ended != nullptr) ended_.push_back(progress.label);
                },
            .program = TEMPER_PROGRAM};
  }

  train::small::Directory directory_;
  std::string data_ = study::small::write_data(directory_.path / "data");
  fs::path folder_ = directory_.path / "searches";
  std::vector<std::string> ended_;
};

TEST_F(TuneAugment, TheGridTrainsEverySettingAndTheRecipeAsItIs) {
  study::Store store(folder_);
  AugmentOptions options;
  options.num_ops = {1};
  options.magnitudes = {2, 8};
  const auto table = tune_grid(recipe(), options, store, engine());
  ASSERT_THAT(table.settings, SizeIs(2));
  EXPECT_THAT(ended_, SizeIs(3));
  EXPECT_TRUE(table.as_is.mean());
  const auto* winner = table.winner();
  ASSERT_NE(winner, nullptr);
  EXPECT_EQ(winner->mean(), std::max(table.settings[0].mean(), table.settings[1].mean()));
  EXPECT_EQ(std::get<augment::RandAugment>(table.settings[1].recipe.data.augment.back()).magnitude,
            8);
  const auto again = tune_grid(recipe(), options, store, engine());
  EXPECT_THAT(ended_, IsEmpty()) << "nothing is run again";
  EXPECT_EQ(again.winner()->name, winner->name);
}

TEST_F(TuneAugment, PoliciesAreTrainedAndTheBestMerged) {
  study::Store store(folder_);
  AugmentOptions options;
  options.trials = 2;
  options.top = 2;
  const auto table = tune_policies(recipe(), options, store, engine());
  EXPECT_THAT(table.settings, SizeIs(2));
  ASSERT_NE(table.winner(), nullptr);
  EXPECT_THAT(std::get<augment::OneOf>(table.winner()->recipe.data.augment.back()).operations,
              SizeIs(2 * kSubPolicies));
}

TEST_F(TuneAugment, DensityMatchingTrainsNoNetworkForAPolicy) {
  study::Store store(folder_);
  AugmentOptions options;
  options.density = {.folds = 2, .rounds = 1, .trials = 4, .top = 2, .seed = 1};
  std::int64_t told = 0;
  const auto table =
      tune_densities(recipe(), options, store, engine(), [&](std::int64_t done, std::int64_t of) {
        EXPECT_EQ(of, 8);
        told = done;
      });
  EXPECT_EQ(told, 8);
  EXPECT_THAT(ended_, SizeIs(4)) << "two folds, the recipe as it is, the merged policy";
  EXPECT_THAT(ended_, Contains(StartsWith("network without fold 1 of 2")));
  ASSERT_THAT(table.candidates, SizeIs(4));
  for (const auto& one : table.candidates) {
    EXPECT_TRUE(std::isfinite(one.loss));
  }
  ASSERT_TRUE(table.combined);
  EXPECT_EQ(table.settings.size(), 0U);

  const auto again = tune_densities(recipe(), options, store, engine(), {});
  EXPECT_THAT(ended_, IsEmpty()) << "losses and runs are stored";
  ASSERT_THAT(again.candidates, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(again.candidates[i].loss, table.candidates[i].loss);
    EXPECT_EQ(again.candidates[i].policy, table.candidates[i].policy);
  }
}

TEST_F(TuneAugment, FoldsAreTrainedWithoutAugmentation) {
  const auto made = fold_recipe(recipe(), 5, 2);
  EXPECT_THAT(made.data.augment, IsEmpty());
  EXPECT_EQ(made.data.folds, 5);
  EXPECT_EQ(made.data.fold, 2);
  EXPECT_EQ(made.data.split_seed.value, made.seed);
}

TEST_F(TuneAugment, RefusesWhatItCannotDo) {
  study::Store store(folder_);
  AugmentOptions options;
  options.num_ops = {1, 1};
  EXPECT_THROW((void)tune_grid(recipe(), options, store, engine()), Error);
  options.top = 100;
  EXPECT_THROW((void)tune_policies(recipe(), options, store, engine()), Error);
  auto whole = recipe();
  whole.data.validation = 0;
  EXPECT_THROW((void)tune_grid(whole, {}, store, engine()), Error);
}

}  // namespace
}  // namespace temper::tune
