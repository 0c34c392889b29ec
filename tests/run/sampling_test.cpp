// Sampling, folds, partial labels and label noise (data.*) in complete runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "temper/core/error.h"
#include "temper/io/disk/hash.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using train::small::plan_of;

std::string weights_of(const train::small::fs::path& run) {
  return io::hash_file(run / "model.safetensors") + io::hash_file(run / "model-ema.safetensors");
}

const std::vector<std::vector<std::string>> kWays{
    {R"(data.sampling={ kind = "class_balanced" })"},
    {R"(data.sampling={ kind = "repeated", num_repeats = 3 })"},
    {"data.label_noise=0.3"},
    {"data.labelled=0.5"},
    {"data.folds=4", "data.fold=1"}};

TEST(Sampling, EveryWayGivesARunOfItsOwnWhichAStopDoesNotChange) {
  const train::small::Directory folder;
  std::set<std::string> seen;
  run(plan_of({}), {.directory = folder.path / "plain"});
  seen.insert(weights_of(folder.path / "plain"));
  int n = 0;
  for (auto sets : kWays) {
    const auto name = folder.path / std::to_string(n++);
    run(plan_of(sets), {.directory = name / "whole"});
    EXPECT_TRUE(seen.insert(weights_of(name / "whole")).second) << sets.front();
    sets.emplace_back("data.num_workers=3");
    run(plan_of(sets), {.directory = name / "stopped", .stop_at = 4});
    run(plan_of(sets), {.directory = name / "stopped"});
    EXPECT_EQ(weights_of(name / "stopped"), weights_of(name / "whole")) << sets.front();
  }
}

TEST(Sampling, AReplayRepeatsWhatTheSamplerRepeated) {
  const train::small::Directory folder;
  const auto plan = plan_of({R"(data.sampling={ kind = "repeated", num_repeats = 4 })"});
  run(plan, {.directory = folder.path / "run"});
  const auto again = replay(plan, folder.path / "run", 9);
  EXPECT_GT(again.check.lines, 0);
  EXPECT_FALSE(again.check.first_difference);
  std::set<std::int64_t> ids;
  std::set<std::vector<double>> draws;
  for (const auto& sample : again.samples) {
    ids.insert(sample.id);
    std::vector<double> values;
    for (const auto& draw : sample.augment.at(0).draws) values.push_back(draw.value);
    draws.insert(values);
  }
  EXPECT_EQ(ids.size(), 2U) << "eight rows, four of each image";
  EXPECT_GT(draws.size(), 4U) << "each augmented in its way";
}

TEST(Sampling, FewLabelsMakeShortEpochs) {
  EXPECT_EQ(plan_of({}).horizon.steps_per_epoch, 6);
  const auto few = plan_of({"data.labelled=0.5"});
  EXPECT_EQ(few.train->size(), 25) << "of 51: 13 of 26 and 12 of 25";
  EXPECT_EQ(few.horizon.steps_per_epoch, 3);
  EXPECT_THAT(few.data_notes, ::testing::ElementsAre(
                                  "26 of the 51 training images have no label and are left out"));
}

TEST(Sampling, NoiseIsWrittenDown) {
  const train::small::Directory folder;
  const auto plan = plan_of({"data.label_noise=0.2", "epochs=1"});
  EXPECT_EQ(plan.replaced.size(), 10U);
  run(plan, {.directory = folder.path / "run"});
  const std::ifstream file(folder.path / "run" / "label_noise.csv");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("image,label,trained_as\n\"noise, image "));
  EXPECT_THAT(text.str(),
              AnyOf(HasSubstr("\",\"dim\",\"bright\"\n"), HasSubstr("\",\"bright\",\"dim\"\n")));
  EXPECT_EQ(std::ranges::count(text.str(), '\n'), 11);
  EXPECT_FALSE(train::small::fs::exists(folder.path / "none" / "label_noise.csv"));
}

TEST(Sampling, FoldsHoldOutEachImageOnce) {
  std::set<std::string> seen;
  for (int fold = 0; fold < 4; ++fold) {
    const auto plan = plan_of({"data.folds=4", "data.fold=" + std::to_string(fold)});
    EXPECT_EQ(plan.validation->size(), 16);
    EXPECT_EQ(plan.train->size(), 48);
    for (std::int64_t i = 0; i < 16; ++i) seen.insert(plan.validation->where(i));
  }
  EXPECT_EQ(seen.size(), 64U);
}

TEST(Sampling, ABatchLargerThanTheLabelledImagesIsRefused) {
  try {
    (void)plan_of({"data.labelled=0.1"});
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_THAT(
        error.what(),
        EndsWith("data.batch_size = 8 is larger than the training set of 5 images; lower it"));
    EXPECT_EQ(error.where(),
              (Where{.file = "small", .line = 7, .column = 14, .option = "data.batch_size"}));
  }
}

}  // namespace
}  // namespace temper::run
