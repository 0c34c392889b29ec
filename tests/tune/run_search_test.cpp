// Searches over trials of a second, in child processes.
#include "temper/tune/run_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/study/engine/trial_folder.h"
#include "temper/train/events.h"
#include "temper/tune/setting.h"
#include "tests/study/engine/small_study.h"
#include "tests/train/small_run.h"

namespace temper::tune {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class RunSearch : public ::testing::Test {
 protected:
  Search search(const std::string& options,
                const std::string& values =
                    "distribution = \"log_uniform\"\nlow = 1e-3\nhigh = "
                    "0.3\n") const {
    auto text = options + "\n[base]\nepochs = 4\nthreads = 1\nprecision = \"fp32\"\n";
    text += "[base.data]\nsource = \"" + data_ + "\"\nbatch_size = 16\nvalidation = 0.25\n";
    text += "num_workers = 1\n[base.model]\nkind = \"resnet\"\ndepth = 8\nwidth = 4\n";
    text += "[[search]]\noption = \"optimizer.lr\"\n" + values;
    return parse_search(text, "search.toml");
  }
  study::EngineOptions options() {
    return {.folder = folder_,
            .on_progress =
                [this](const study::Progress& progress) {
                  if (progress.ended != nullptr) ended_.push_back(progress.label);
                },
            .program = TEMPER_PROGRAM};
  }
  SearchTable run(const Search& search) {
    ended_.clear();
    study::Store store(folder_);
    return run_search(search, store, options());
  }

  train::small::Directory directory_;
  std::string data_ = study::small::write_data(directory_.path / "data");
  fs::path folder_ = directory_.path / "searches";
  std::vector<std::string> ended_;
};

TEST_F(RunSearch, RandomTrialsAreTrainedToTheEndAndScoredOnTheValidationSetAlone) {
  const auto asked = search("trials = 2\nkeep_runs = true");
  const auto table = run(asked);
  EXPECT_TRUE(table.complete);
  ASSERT_EQ(table.trials.size(), 2U);
  ASSERT_TRUE(table.best);
  const study::Store store(folder_);
  for (const auto& tried : table.trials) {
    const auto result = store.find(tried.fingerprint);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->figures.at("validation.accuracy"), tried.score());
    for (const auto& [name, value] : result->figures) {
      EXPECT_FALSE(name.starts_with("test.")) << name << " = " << value;
    }
    EXPECT_TRUE(result->correct.empty());
    const auto events =
        train::read_events(study::TrialFolder(folder_, tried.fingerprint).run() / "metrics.jsonl");
    EXPECT_TRUE(std::ranges::none_of(events, [](const train::Event& event) {
      return std::holds_alternative<train::Tested>(event);
    }));
    EXPECT_LE(tried.score(), table.trials[*table.best].score());
  }
  EXPECT_EQ(run(asked).seconds, table.seconds);
  EXPECT_TRUE(ended_.empty()) << "nothing is run again";
}

TEST_F(RunSearch, AshaGoesOnInTheRunDirectoriesAndEndsAsAWholeRunWould) {
  const auto asked = search("method = \"asha\"\ntrials = 4\neta = 2\nmetric = \"loss\"");
  const auto table = run(asked);
  EXPECT_EQ(table.rungs, (std::vector<std::int64_t>{1, 2, 4}));
  EXPECT_GE(ended_.size(), 7U) << "four trials, of which at least two go on, of which one does";
  ASSERT_TRUE(table.best);
  const auto& best = table.trials[*table.best];
  ASSERT_EQ(best.rungs.size(), 3U);
  for (std::size_t i = 0; i < table.trials.size(); ++i) {
    const auto path = study::TrialFolder(folder_, table.trials[i].fingerprint).path();
    EXPECT_EQ(fs::exists(path), i == *table.best);
  }

  // The rungs are the epochs of a run that was never stopped.
  const study::Trial whole{
      .recipe = recipe_of(asked, best.number), .fingerprint = best.fingerprint, .label = "whole"};
  folder_ = directory_.path / "alone";
  study::Store store(folder_);
  const auto result = study::run_trials({&whole, 1}, store, options()).front();
  ASSERT_EQ(result.epochs.size(), 4U);
  EXPECT_EQ(best.rungs[0].score, result.epochs[0].validation_loss);
  EXPECT_EQ(best.rungs[1].score, result.epochs[1].validation_loss);
  EXPECT_EQ(best.rungs[2].score, result.figures.at("validation.loss"));
}

TEST_F(RunSearch, AshaCountsEqualSettingsAsOneTrial) {
  const auto asked =
      search("method = \"asha\"\ntrials = 8\neta = 2\nmin_epochs = 2\nkeep_runs = true",
             "distribution = \"choice\"\nvalues = [0.01, 0.1]\n");
  std::set<std::string> drawn;
  for (std::int64_t i = 0; i < asked.trials; ++i)
    drawn.insert(value_text(asked, asked.parameters[0], i));
  ASSERT_EQ(drawn.size(), 2U);
  const auto table = run(asked);
  EXPECT_TRUE(table.complete);
  EXPECT_EQ(ended_.size(), 3U) << "two settings, of which one goes on";
  EXPECT_EQ(table.trials.size(), 8U);
  double seconds = 0;
  std::set<std::string> counted;
  for (const auto& tried : table.trials)
    if (counted.insert(tried.fingerprint).second) seconds += tried.seconds;
  EXPECT_DOUBLE_EQ(table.seconds, seconds);
  EXPECT_TRUE(run(asked).complete);
  EXPECT_TRUE(ended_.empty()) << "nothing is run again";
}

TEST_F(RunSearch, TheEngineRefusesATrialThatScoresTheTestSet) {
  auto trial = study::small::trial(data_, 1);
  trial.score_test = true;
  auto engine = options();
  engine.withhold_test = true;
  study::Store store(folder_);
  try {
    (void)study::run_trials({&trial, 1}, store, engine);
    ADD_FAILURE() << "it was run";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("tuning must not see"));
  }
}

TEST_F(RunSearch, RefusesDataWithoutAValidationSetAndASharedAsha) {
  auto asked = search("trials = 2");
  asked.base_sets.push_back(recipe::parse_edit("data.validation=0"));
  EXPECT_THROW((void)run(asked), Error);
  study::Store store(folder_);
  auto engine = options();
  engine.share = study::Share{.index = 1, .count = 2};
  EXPECT_THROW((void)run_search(search("method = \"asha\"\ntrials = 2"), store, engine), Error);
}

}  // namespace
}  // namespace temper::tune
