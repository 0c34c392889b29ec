#include "temper/run/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/run/environment.h"
#include "temper/run/run.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;

void make(const fs::path& folder, const std::vector<std::string>& sets, std::uint64_t seed = 1) {
  auto all = sets;
  all.emplace_back("epochs=1");
  const auto small = train::plan(train::small::recipe(all), train::small::dataset(64, seed));
  run(small, {.directory = folder});
}

TEST(Diff, TheSameRunTwice) {
  const train::small::Directory directory;
  make(directory.path / "a", {});
  make(directory.path / "b", {});
  const auto d = differences(directory.path / "a", directory.path / "b");
  EXPECT_TRUE(d.recipe.empty());
  EXPECT_TRUE(d.circumstances.empty());
  EXPECT_EQ(d.same_data, true);
  EXPECT_EQ(d.same_weights, true);
  EXPECT_EQ(d.losses.compared, 6);
  EXPECT_FALSE(d.losses.first_step);
  EXPECT_EQ(d.left.steps, 6);
}

TEST(Diff, OptionsThatDontReachTheWeights) {
  const train::small::Directory directory;
  make(directory.path / "a", {});
  make(directory.path / "b", {"evaluation.statistics_images=8", "evaluation.tta=true"});
  const auto d = differences(directory.path / "a", directory.path / "b");
  EXPECT_FALSE(d.recipe.empty());
  EXPECT_EQ(d.same_weights, true);
}

TEST(Diff, AnotherRateAnotherNameAnotherData) {
  const train::small::Directory directory;
  make(directory.path / "a", {});
  make(directory.path / "b", {"name=other", "optimizer.lr=0.05"});
  make(directory.path / "c", {}, 2);
  const auto d = differences(directory.path / "a", directory.path / "b");
  ASSERT_EQ(d.recipe.size(), 2U);
  EXPECT_EQ(d.recipe[0].path, "optimizer.lr") << "what changes results comes first";
  EXPECT_EQ(d.recipe[1].path, "name");
  EXPECT_EQ(d.same_data, true);
  EXPECT_EQ(d.same_weights, false);
  EXPECT_EQ(d.losses.first_step, 2) << "the first loss is the initial weights'";
  EXPECT_NE(d.losses.left, d.losses.right);
  EXPECT_EQ(to_json(d).at("losses").at("first_step"), 2);

  const auto other_data = differences(directory.path / "a", directory.path / "c");
  EXPECT_TRUE(other_data.recipe.empty());
  EXPECT_EQ(other_data.same_data, false);
  EXPECT_EQ(other_data.losses.first_step, 1);
}

TEST(Diff, OtherContentsAreOtherData) {
  const train::small::Directory directory;
  make(directory.path / "a", {});
  make(directory.path / "b", {});
  const auto path = directory.path / "b/environment.json";
  auto there = nlohmann::json::parse(io::read_text(path));
  there[std::string(kDataContents)] = "other";
  std::ofstream(path) << there;
  auto d = differences(directory.path / "a", directory.path / "b");
  EXPECT_EQ(d.same_data, false);
  EXPECT_TRUE(d.circumstances.empty());
  there.erase(std::string(kDataContents));
  std::ofstream(path) << there;
  d = differences(directory.path / "a", directory.path / "b");
  EXPECT_EQ(d.same_data, true) << "as far as is known";
}

TEST(Diff, MeansOverOtherStepsAreNotCompared) {
  const train::small::Directory directory;
  make(directory.path / "a", {});
  make(directory.path / "b", {"log.every_steps=4"});
  const auto d = differences(directory.path / "a", directory.path / "b");
  EXPECT_EQ(d.losses.compared, 0);
  EXPECT_FALSE(d.losses.first_step);
  EXPECT_FALSE(d.recipe.front().changes_results);
  EXPECT_EQ(d.same_weights, true);
}

TEST(Diff, CircumstancesButNotTimeAndCommand) {
  const auto found = environment_differences(
      {{"libtorch", "2.11.0"}, {"threads", 2}, {"started", "a"}, {"command", {"x"}}},
      {{"libtorch", "2.12.0"}, {"threads", 2}, {"started", "b"}, {"cpu", "fast"}});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "cpu");
  EXPECT_EQ(found[0].left, "");
  EXPECT_EQ(found[1].left, "2.11.0");
}

TEST(Diff, EnvironmentChangesSinceARun) {
  const train::small::Directory directory;
  make(directory.path / "a", {});
  const auto same = train::plan(train::small::recipe({"epochs=1"}), train::small::dataset(64));
  EXPECT_TRUE(environment_changes(same, directory.path / "a").empty());
  EXPECT_TRUE(environment_changes(same, directory.path / "nowhere").empty());
  const auto path = directory.path / "a/environment.json";
  auto recorded = nlohmann::json::parse(io::read_text(path));
  recorded["libtorch"] = "0.1";
  std::ofstream(path) << recorded;
  const auto found = environment_changes(same, directory.path / "a");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "libtorch");
  EXPECT_EQ(found[0].left, "0.1");
  std::ofstream(path) << "damaged";
  EXPECT_TRUE(environment_changes(same, directory.path / "a").empty());
}

TEST(Diff, NoRun) {
  const train::small::Directory directory;
  try {
    (void)differences(directory.path, directory.path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("no run"));
  }
}

}  // namespace
}  // namespace temper::run
