// The list of the runs below a folder.
#include "temper/report/run_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "temper/core/error.h"
#include "temper/io/disk/lock_file.h"
#include "temper/report/run_list_text.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using fake::Directory;
using fake::Json;
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

fs::path folder_of(const Directory& run) {
  return run.path.parent_path();
}

ListedRun only(const Directory& run) {
  const auto list = list_runs(folder_of(run));
  EXPECT_THAT(list.runs, SizeIs(1));
  return list.runs.empty() ? ListedRun{} : list.runs.front();
}

void begin(const Directory& run) {
  fake::write_recipe(run);
  fake::log_start(run, fake::class_names(3));
  fake::log_training(run);
}

TEST(RunList, AFinishedRunHasItsTestAccuracyWithAnInterval) {
  const Directory run;
  begin(run);
  fake::log_test(run, 3);
  const auto entry = only(run);
  EXPECT_EQ(entry.name, "a run");
  EXPECT_EQ(entry.state, RunState::finished);
  EXPECT_THAT(entry.reason, IsEmpty());
  ASSERT_TRUE(entry.summary && entry.summary->evaluation);
  const auto& evaluation = *entry.summary->evaluation;
  EXPECT_EQ(evaluation.split, "test");
  EXPECT_EQ(evaluation.score.count, 200);
  ASSERT_TRUE(evaluation.accuracy_interval);
  EXPECT_LT(evaluation.accuracy_interval->low, evaluation.score.accuracy);
  EXPECT_GT(evaluation.accuracy_interval->high, evaluation.score.accuracy);
  EXPECT_EQ(entry.started, "2026-01-31T12:00:00Z");
  EXPECT_EQ(entry.summary->seconds, 31.5);
  std::int64_t bytes = 0;
  for (const auto& file : fs::directory_iterator(run.path))
    bytes += static_cast<std::int64_t>(file.file_size());
  EXPECT_EQ(entry.bytes, bytes);
}

TEST(RunList, ARunWithoutAnEndIsStoppedOrRunning) {
  const Directory run;
  begin(run);
  EXPECT_EQ(only(run).state, RunState::stopped);
  EXPECT_EQ(only(run).summary->evaluation->split, "validation");
  {
    const io::LockFile lock(run.path / ".lock", "the run");
    EXPECT_EQ(only(run).state, RunState::running);
  }
  EXPECT_TRUE(fs::exists(run.path / ".lock"));
  EXPECT_EQ(only(run).state, RunState::stopped) << "the lock is free again";
}

TEST(RunList, AStepThatWasNotFiniteEndsARun) {
  const Directory run;
  begin(run);
  const Json step = {{"event", "left_out"}, {"step", 17},       {"loss", nullptr},
                     {"parameter", ""},     {"action", "stop"}, {"ids", Json::array({1, 2})}};
  run.log(step);
  const auto entry = only(run);
  EXPECT_EQ(entry.state, RunState::failed);
  EXPECT_THAT(entry.reason, StartsWith("at step 17 the loss was nan"));
  fake::log_start(run, fake::class_names(3));
  EXPECT_EQ(only(run).state, RunState::stopped) << "it was resumed";
}

TEST(RunList, DamagedRunsAreListedWithTheReason) {
  {
    const Directory run;
    begin(run);
    run.write("metrics.jsonl", "{\"event\":\"start\"\n{}\n");
    const auto entry = only(run);
    EXPECT_EQ(entry.state, RunState::damaged);
    EXPECT_THAT(entry.reason, HasSubstr("metrics.jsonl"));
    EXPECT_FALSE(entry.summary);
  }
  {
    const Directory run;
    begin(run);
    run.write("recipe.toml", "epochs = ");
    EXPECT_EQ(only(run).state, RunState::damaged);
    EXPECT_THAT(only(run).reason, HasSubstr("recipe.toml"));
    fs::remove(run.path / "recipe.toml");
    EXPECT_EQ(only(run).reason, "recipe.toml is missing");
  }
  {
    const Directory run;
    begin(run);
    run.log({{"event", "end"}, {"seconds", 1.0}});
    EXPECT_EQ(only(run).reason, "model.safetensors is missing");
    run.write("model.safetensors", "no tensors");
    EXPECT_EQ(only(run).state, RunState::damaged);
    EXPECT_THAT(only(run).reason, HasSubstr("model.safetensors"));
  }
}

TEST(RunList, OtherFoldersAreNoRuns) {
  const Directory run;
  run.write("recipe.toml", "epochs = 3\n");
  EXPECT_THAT(list_runs(folder_of(run)).runs, IsEmpty());
  fs::create_directories(run.path / "deep" / "er");
  std::ofstream(run.path / "deep" / "er" / "environment.json") << "{}";
  const auto list = list_runs(folder_of(run));
  ASSERT_THAT(list.runs, SizeIs(1));
  EXPECT_EQ(list.runs[0].name, "a run/deep/er");
  EXPECT_EQ(list.runs[0].state, RunState::damaged);
  EXPECT_THAT(list.runs[0].reason, HasSubstr("neither metrics.jsonl nor recipe.toml"));
  EXPECT_THROW(list_runs(run.path / "nowhere"), Error);
}

TEST(RunListText, EveryFormatHasEveryRun) {
  const Directory run;
  begin(run);
  fake::log_test(run, 3);
  const auto list = list_runs(folder_of(run));
  const auto text = to_text(list);
  EXPECT_THAT(text, StartsWith("run    state     accuracy"));
  EXPECT_THAT(text, HasSubstr("a run  finished  "));
  EXPECT_THAT(text, HasSubstr(", test)"));
  EXPECT_THAT(to_text(list, TableFormat::markdown), StartsWith("| run | state | accuracy |"));
  const auto csv = to_text(list, TableFormat::csv);
  EXPECT_THAT(csv, StartsWith("run,state,reason,bytes,started,name,fingerprint,split,"));
  EXPECT_THAT(csv, HasSubstr("\na run,finished,,"));
  const auto json = Json::parse(to_text(list, TableFormat::json));
  EXPECT_EQ(json["runs"][0]["state"].get<std::string>(), "finished");
  EXPECT_EQ(json["runs"][0]["evaluation"]["count"].get<int>(), 200);
  EXPECT_EQ(to_text(RunList{}), "no runs\n");
}

TEST(RunListText, SizesHaveUnits) {
  EXPECT_EQ(bytes_text(1), "1 byte");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(5 << 20), "5.0 MiB");
  EXPECT_EQ(bytes_text(std::int64_t{3} << 30), "3.0 GiB");
}

TEST(ResultsCsv, IsWrittenWithTheReportOfAFinishedRun) {
  const Directory run;
  begin(run);
  write_report(run.path);
  EXPECT_FALSE(fs::exists(run.path / "results.csv"));
  const auto test = fake::log_test(run, 3);
  const auto written = write_report(run.path);
  const auto text = io::read_text(run.path / "results.csv");
  EXPECT_EQ(text, results_csv(written.summary));
  EXPECT_THAT(text, StartsWith("name,fingerprint,split,weights,images,accuracy,accuracy_low,"));
  EXPECT_THAT(text, HasSubstr("\ntrial,00c0ffee,test,averaged,200,"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(test.labels.size(0), 200);
}

}  // namespace
}  // namespace temper::report
