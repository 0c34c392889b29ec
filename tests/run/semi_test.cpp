// Runs with semi-supervised training: replayed, resumed, and what they need.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/cost/memory.h"
#include "temper/run/loss_log.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "tests/run/same_run.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

/// 51 images to train on, 16 of them with a label: epochs of 6 steps with a ratio of 1.
train::Plan planned(const std::string& semi, std::vector<std::string> sets = {}) {
  sets.insert(sets.begin(), {"data.labels=16", "semi=" + semi, "epochs=2"});
  return train::plan(train::small::recipe(sets), train::small::dataset(64));
}

std::map<std::int64_t, std::string> recorded(const std::filesystem::path& run) {
  std::map<std::int64_t, std::string> losses;
  for (const auto& event : read_log(run))
    if (const auto* line = std::get_if<train::Stepped>(&event))
      losses[line->step] = nlohmann::json(line->loss).dump();
  return losses;
}

class SemiRun : public ::testing::TestWithParam<const char*> {};

TEST_P(SemiRun, IsReplayedToTheLastDigitAndGoesOnAsIfItHadNotBeenStopped) {
  const train::small::Directory directory;
  const auto plan = planned(GetParam());
  const auto whole = directory.path / "whole";
  run(plan, {.directory = whole});
  const auto losses = recorded(whole);
  ASSERT_EQ(losses.size(), 12U);
  for (const std::int64_t step : {7, 10}) {
    const auto again = replay(plan, whole, step);
    EXPECT_EQ(nlohmann::json(again.loss).dump(), losses.at(step)) << "step " << step;
    EXPECT_FALSE(again.check.first_difference);
    EXPECT_EQ(again.samples.size(), 8U);
  }
  const auto stopped = directory.path / "stopped";
  run(plan, {.directory = stopped, .stop_at = 5});
  run(plan, {.directory = stopped});
  EXPECT_EQ(tensor_files(stopped), tensor_files(whole));
  EXPECT_EQ(history(stopped), history(whole));
}

INSTANTIATE_TEST_SUITE_P(
    Run, SemiRun,
    ::testing::Values(R"({ method = { kind = "fixmatch", threshold = 0.5 }, augment = ["flip"] })",
                      R"({ method = "mean_teacher" })", R"({ method = "mixmatch" })"),
    [](const auto& test) {
      const std::string text = test.param;
      return text.find("fixmatch") != std::string::npos       ? "FixMatch"
             : text.find("mean_teacher") != std::string::npos ? "MeanTeacher"
                                                              : "MixMatch";
    });

TEST(SemiMemory, IsThatOfBothStreamsAndOfTheTeacher) {
  const auto pseudo = cost::memory_need(planned(R"({ method = "pseudo_label" })"));
  const auto more = cost::memory_need(planned(R"({ method = "pseudo_label", ratio = 3 })"));
  const auto teacher = cost::memory_need(planned(R"({ method = "mean_teacher" })"));
  const auto supervised = cost::memory_need(
      train::plan(train::small::recipe({"data.labels=16"}), train::small::dataset(64)));
  EXPECT_EQ(pseudo.loader, 2 * supervised.loader);
  EXPECT_EQ(more.loader, 4 * supervised.loader);
  EXPECT_GT(teacher.model, pseudo.model);
}

}  // namespace
}  // namespace temper::run
