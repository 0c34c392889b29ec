// Trials in child processes. What kills do to them is in tests/faults/study_test.cpp.
#include "temper/study/engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "temper/core/error.h"
#include "temper/io/disk/lock_file.h"
#include "temper/study/engine/trial_folder.h"
#include "tests/study/engine/small_study.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::study {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
namespace fs = std::filesystem;

class RunTrials : public ::testing::Test {
 protected:
  EngineOptions options(std::int64_t jobs = 1) {
    return {.folder = folder_,
            .jobs = jobs,
            .on_progress = [this](const Progress& progress) { seen_.push_back(progress); },
            .program = TEMPER_PROGRAM};
  }
  std::vector<Result> run(const std::vector<Trial>& trials, std::int64_t jobs = 1) {
    seen_.clear();
    return run_trials(trials, store_, options(jobs));
  }
  /// The labels of the trials whose results came during the last call.
  std::vector<std::string> ended() const {
    std::vector<std::string> labels;
    for (const auto& progress : seen_)
      if (progress.ended != nullptr) labels.push_back(progress.label);
    return labels;
  }
  std::string refusal(Code code, const std::vector<Trial>& trials, const EngineOptions& options) {
    return temper::testing::refusal(code, [&] { run_trials(trials, store_, options); });
  }
  fs::path folder_of(const Trial& trial) const {
    return TrialFolder(folder_, trial.fingerprint).path();
  }

  train::small::Directory directory_;
  std::string data_ = small::write_data(directory_.path / "data");
  fs::path folder_ = directory_.path / "study";
  Store store_{folder_};
  std::vector<Progress> seen_;
};

TEST_F(RunTrials, EqualTrialsAreRunOnceAndNeverAgain) {
  const auto a = small::trial(data_, 1);
  const auto b = small::trial(data_, 2);
  const auto results = run({a, b, a}, 2);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0], results[2]);
  EXPECT_EQ(results[0].seed, 1);
  EXPECT_EQ(results[1].seed, 2);
  EXPECT_EQ(ended().size(), 2U);
  EXPECT_EQ(seen_.back().trials, 2);
  EXPECT_EQ(seen_.back().done, 2);
  EXPECT_TRUE(seen_.back().time_left);
  EXPECT_FALSE(fs::exists(folder_of(a))) << "its result is stored";

  EXPECT_EQ(run({b, a}), (std::vector{results[1], results[0]}));
  EXPECT_THAT(ended(), IsEmpty());
  Store in_another_process(folder_);
  EXPECT_EQ(run_trials(std::vector{a}, in_another_process, options()), std::vector{results[0]});
  EXPECT_THAT(ended(), IsEmpty());
}

TEST_F(RunTrials, AKeptNetworkIsScoredWithoutTraining) {
  auto trial = small::trial(data_, 1);
  trial.keep = true;
  run({trial});
  const auto log = TrialFolder(folder_of(trial)).run() / "metrics.jsonl";
  const auto size = fs::file_size(log);
  trial.score_test = true;
  EXPECT_THAT(run({trial}).front().figures, Contains(Key("test.accuracy")));
  EXPECT_EQ(fs::file_size(log), size);
  trial.keep = false;
  run({trial});
  EXPECT_FALSE(fs::exists(folder_of(trial)));
}

TEST_F(RunTrials, ADivergedTrialIsAResultAndTheOthersGoOn) {
  const auto results = run({small::trial(data_, 1, {"optimizer.lr=1e30"}), small::trial(data_, 1)});
  EXPECT_TRUE(results[0].diverged());
  EXPECT_FALSE(results[1].diverged());
}

TEST_F(RunTrials, AFailingTrialEndsTheCallWithItsMessage) {
  auto broken = small::trial(data_, 1);
  broken.recipe.data.batch = 1000;
  broken.fingerprint = "aa";
  broken.label = "too large a batch";
  auto slow = small::trial(data_, 1, {"epochs=500"});
  const auto message = refusal(Code::usage, {slow, broken}, options(2));
  EXPECT_THAT(message, HasSubstr("too large a batch: "));
  EXPECT_THAT(message, HasSubstr("data.batch_size = 1000 is larger than the training set"));
  EXPECT_FALSE(store_.find(slow.fingerprint)) << "it was stopped";
}

TEST_F(RunTrials, StudentsWaitForTheirTeacher) {
  const auto teacher = small::trial(data_, 1);
  const auto student =
      small::trial(data_, 1, {"distillation.weight=0.5", "model.width=2"}, {teacher.fingerprint});
  const auto results = run({student, teacher}, 2);
  EXPECT_THAT(ended(), ElementsAre(teacher.label, student.label));
  EXPECT_EQ(results[0].outcome, kFinished);
  EXPECT_FALSE(fs::exists(folder_of(teacher))) << "it has done its service";
  // Its network is gone: for a second student it is trained again.
  auto second = student;
  second.recipe.distillation->weight = 0.25;
  second.fingerprint = Fingerprints().of(second);
  run({teacher, second});
  EXPECT_THAT(ended(), ElementsAre(teacher.label, second.label));
  second.recipe.distillation->weight = 0.75;
  second.fingerprint = Fingerprints().of(second);
  EXPECT_THAT(refusal(Code::usage, {second}, options()),
              HasSubstr("its teacher is neither among the trials nor kept"));
}

TEST_F(RunTrials, AChainOfTeachersIsTrainedAgainWhereOnlyItsResultsAreThere) {
  const auto first = small::trial(data_, 1);
  const auto second = small::trial(data_, 1, {"distillation.weight=0.5"}, {first.fingerprint});
  const auto student = small::trial(data_, 1, {"distillation.weight=0.25"}, {second.fingerprint});
  run({first, second});
  ASSERT_FALSE(fs::exists(folder_of(first)));
  EXPECT_EQ(run({first, second, student})[2].outcome, kFinished);
  EXPECT_THAT(ended(), ElementsAre(first.label, second.label, student.label));
}

TEST_F(RunTrials, ResultsStayWhatTheyWereWhenTheirTrialsEnded) {
  auto measured = small::trial(data_, 1);
  measured.measures.sensitivity = 4;
  auto meanwhile = options();
  meanwhile.on_progress = [&](const Progress& now) {
    if (now.ended == nullptr || now.label != measured.label) return;
    // Another study in the folder measures the same trial with another number of images.
    auto theirs = *now.ended;
    theirs.measures = "sensitivity=8";
    theirs.figures["validation.sensitivity.mean"] = -1;
    Store(folder_).add(theirs);
  };
  const auto results = run_trials(std::vector{measured, small::trial(data_, 2)}, store_, meanwhile);
  EXPECT_EQ(store_.row(measured.fingerprint)->measures, "sensitivity=8");
  EXPECT_EQ(results[0].measures, "sensitivity=4");
  EXPECT_GE(results[0].figures.at("validation.sensitivity.mean"), 0);
}

TEST_F(RunTrials, ATeacherThatAnotherStudyHasRemovedIsTrainedAgain) {
  const auto teacher = small::trial(data_, 1);
  const auto student = small::trial(data_, 1, {"distillation.weight=0.5"}, {teacher.fingerprint});
  int trained = 0;
  auto with_removal = options();
  with_removal.on_progress = [&](const Progress& now) {
    if (now.ended && now.label == teacher.label && trained++ == 0)
      fs::remove_all(folder_of(teacher));
  };
  const auto results = run_trials(std::vector{student, teacher}, store_, with_removal);
  EXPECT_EQ(results[0].outcome, kFinished);
  EXPECT_EQ(trained, 2);
}

TEST_F(RunTrials, AStudentOfADivergedTeacherHasDiverged) {
  const auto teacher = small::trial(data_, 1, {"optimizer.lr=1e30"});
  const auto student = small::trial(data_, 1, {"distillation.weight=0.5"}, {teacher.fingerprint});
  EXPECT_TRUE(run({teacher, student})[1].diverged());
}

TEST_F(RunTrials, WhatAnotherProcessRunsIsLeftToIt) {
  const auto trial = small::trial(data_, 1);
  run({trial});
  const auto result = *store_.find(trial.fingerprint);
  fs::remove(folder_ / "results.csv");
  Store store(folder_);
  auto lock =
      std::make_optional(io::LockFile::wait(folder_ / "trials" / (trial.fingerprint + ".lock")));
  Store other(folder_);
  auto watched = options();
  std::int64_t elsewhere = 0;
  watched.on_progress = [&](const Progress& progress) {
    EXPECT_EQ(progress.running, 0);
    elsewhere += progress.elsewhere;
    if (elsewhere == 2) {
      other.add(result);
      lock.reset();
    }
  };
  EXPECT_EQ(run_trials(std::vector{trial}, store, watched), std::vector{result});
  EXPECT_THAT(elsewhere, Ge(2));
}

/// A result without times and what sharing saved.
Result timeless(Result result) {
  std::erase_if(result.figures, [](const auto& figure) {
    const auto& name = figure.first;
    return name == "seconds" || name.starts_with("time.") || name.starts_with("saved.");
  });
  for (auto& epoch : result.epochs) epoch.seconds = 0;
  return result;
}

TEST_F(RunTrials, StepsInCommonAreTrainedOnceAndGiveTheSameResults) {
  const std::string ema = "averaging=[{ kind = \"ema\" }]";
  const std::vector trials{small::trial(data_, 1), small::trial(data_, 1, {ema}),
                           small::trial(data_, 1, {"optimizer.lr=0.02"})};
  const auto shared = run(trials);
  EXPECT_EQ(shared[0].figures.at("saved.steps"), 8);
  EXPECT_FALSE(shared[2].figures.contains("saved.steps"));
  Store store(directory_.path / "alone");
  auto alone = options();
  alone.folder = directory_.path / "alone";
  for (std::size_t i = 0; i < trials.size(); ++i)
    EXPECT_EQ(timeless(run_trials({&trials[i], 1}, store, alone).front()), timeless(shared[i]));
}

/// Processor time of this process, or of its children that have ended.
double processor_seconds(int who) {
  rusage used{};
  ::getrusage(who, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

TEST_F(RunTrials, TheEngineItselfTakesLittleTime) {
  run({small::trial(data_, 1)});  // what is done once in a process
  const std::vector trials{small::trial(data_, 2, {"epochs=60"}),
                           small::trial(data_, 3, {"epochs=60"})};
  const double own = processor_seconds(RUSAGE_SELF);
  const double trained = processor_seconds(RUSAGE_CHILDREN);
  run(trials);
  const double ratio =
      (processor_seconds(RUSAGE_SELF) - own) / (processor_seconds(RUSAGE_CHILDREN) - trained);
  RecordProperty("percent", std::to_string(100 * ratio));
  EXPECT_LT(ratio, 0.02);
}

TEST_F(RunTrials, StopsOnRequest) {
  StopFlag stop;
  auto stopped = options();
  stopped.stop = &stop;
  stopped.on_progress = [&](const Progress& progress) {
    if (progress.running > 0) stop.set();
  };
  const auto trial = small::trial(data_, 1, {"epochs=500"});
  EXPECT_THAT(refusal(Code::stopped, {trial}, stopped), HasSubstr("0 of 1 runs done"));
  EXPECT_FALSE(store_.find(trial.fingerprint));
}

TEST_F(RunTrials, ATrialThatIsSignalledManyTimesSaves) {
  const auto trial = small::trial(data_, 1, {"epochs=5000"});
  StopFlag stop;
  auto stopped = options();
  stopped.stop = &stop;
  stopped.on_progress = [&](const Progress&) {
    if (!fs::exists(TrialFolder(folder_of(trial)).run() / "checkpoints")) return;
    stop.set();
    std::ifstream children("/proc/thread-self/children");
    for (int child = 0; children >> child;)
      for (int i = 0; i < 100; ++i) {
        ::kill(child, SIGTERM);
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
  };
  EXPECT_THAT(refusal(Code::stopped, {trial}, stopped), HasSubstr("0 of 1 runs done"));
  EXPECT_THAT(TrialFolder(folder_of(trial)).last_words(),
              HasSubstr("the trial was stopped and saved"));
}

TEST_F(RunTrials, RefusesSharesThatDoNotExist) {
  auto none = options();
  none.share = Share{.index = 4, .count = 3};
  EXPECT_THAT(refusal(Code::usage, {small::trial(data_, 1)}, none), HasSubstr("share 4 of 3"));
}

TEST_F(RunTrials, WithAShareEverythingIsDone) {
  auto second = options();
  second.share = Share{.index = 2, .count = 2};
  const std::vector trials{small::trial(data_, 1), small::trial(data_, 2)};
  EXPECT_EQ(run_trials(trials, store_, second).size(), 2U);
  EXPECT_THAT(ended(), ElementsAre(trials[1].label, trials[0].label));
}

}  // namespace
}  // namespace temper::study
