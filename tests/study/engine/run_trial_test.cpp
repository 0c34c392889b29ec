// A trial within the process of the test: what its process does with the trial's folder.
#include "temper/study/engine/run_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/io/disk/hash.h"
#include "temper/recipe/text.h"
#include "temper/study/engine/space.h"
#include "temper/study/engine/store.h"
#include "temper/study/engine/trial_folder.h"
#include "temper/train/events.h"
#include "temper/train/state.h"
#include "temper/train/tensors.h"
#include "tests/study/engine/small_study.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::study {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::StartsWith;
namespace fs = std::filesystem;

class RunTrial : public ::testing::Test {
 protected:
  /// The result of a trial in its folder, as another process reads it.
  Result run(const Trial& trial) {
    folder(trial).write(trial, 1);
    const StopFlag stop;
    EXPECT_TRUE(run_trial(folder(trial).path(), stop));
    auto found = Store(folder(trial).path()).find(trial.fingerprint);
    EXPECT_TRUE(found);
    return found.value_or(Result{});
  }
  TrialFolder folder(const Trial& trial) const { return {directory_.path, trial.fingerprint}; }

  train::small::Directory directory_;
  std::string data_ = small::write_data(directory_.path / "data");
};

TEST_F(RunTrial, MeasuresEverythingThatIsAskedFor) {
  auto trial = small::trial(data_, 3);
  trial.score_test = true;
  trial.measures.sensitivity = 5;
  trial.measures.attacks = {{.method = "fgsm", .radius = 0.05, .images = 8},
                            {.method = "pgd", .radius = 0.05, .steps = 2, .images = 8}};
  const auto result = run(trial);
  EXPECT_EQ(result.outcome, kFinished);
  EXPECT_EQ(result.seed, 3);
  EXPECT_EQ(result.numerics, recipe::kNumerics);
  EXPECT_EQ(result.measures, "test;sensitivity=5;fgsm=0.05,0,8;pgd=0.05,2,8");
  EXPECT_LE(result.figures.at("test.pgd.accuracy"), 1);
  EXPECT_TRUE(answers(result, trial));
  for (const char* name : {"seconds",
                           "time.forward",
                           "time.passes",
                           "steps",
                           "parameters",
                           "multiply_adds",
                           "first_loss",
                           "validation.accuracy",
                           "validation.loss",
                           "validation.brier",
                           "validation.calibration_error.equal_width",
                           "validation.temperature.loss",
                           "validation.sensitivity.mean",
                           "validation.fgsm.accuracy",
                           "test.fgsm.accuracy",
                           "validation.pgd.accuracy",
                           "test.accuracy",
                           "test.loss",
                           "test.temperature.loss",
                           "test.sensitivity.mean",
                           "gap.loss",
                           "gap.accuracy",
                           "weight_norms.root_mean_square"})
    EXPECT_THAT(result.figures, Contains(Key(name)));
  EXPECT_THAT(result.figures, Each(Key(Not(HasSubstr("interval")))));
  EXPECT_EQ(result.figures.at("steps"), 8);
  ASSERT_EQ(result.epochs.size(), 2U);
  EXPECT_NEAR(result.epochs.back().accuracy, result.figures.at("validation.accuracy"), 1e-9);
  EXPECT_NEAR(result.epochs.back().validation_loss, result.figures.at("validation.loss"), 1e-6);
  ASSERT_EQ(result.correct.size(), std::size_t{small::kTest});
  EXPECT_DOUBLE_EQ(static_cast<double>(std::ranges::count(result.correct, true)) / small::kTest,
                   result.figures.at("test.accuracy"));
}

TEST_F(RunTrial, TheTestSetIsWithheldUntilATrialAsksForIt) {
  auto trial = small::trial(data_, 1);
  const auto tuned = run(trial);
  EXPECT_THAT(tuned.figures, Each(Key(Not(StartsWith("test.")))));
  EXPECT_THAT(tuned.correct, IsEmpty());
  const auto run_folder = folder(trial).run();
  EXPECT_FALSE(fs::exists(run_folder / "predictions.safetensors"));
  for (const auto& event : train::read_events(run_folder / "metrics.jsonl")) {
    EXPECT_FALSE(std::holds_alternative<train::Tested>(event));
    if (const auto* start = std::get_if<train::Started>(&event); start != nullptr) {
      EXPECT_EQ(start->test_images, 0);
    }
  }
  // Then the kept network is scored, and not trained again.
  const auto weights = io::hash_file(run_folder / "model.safetensors");
  const auto events = train::read_events(run_folder / "metrics.jsonl").size();
  trial.score_test = true;
  EXPECT_FALSE(answers(tuned, trial));
  const auto tested = run(trial);
  EXPECT_THAT(tested.figures, Contains(Key("test.accuracy")));
  EXPECT_EQ(tested.figures.at("validation.loss"), tuned.figures.at("validation.loss"));
  EXPECT_EQ(train::read_events(run_folder / "metrics.jsonl").size(), events);
  EXPECT_EQ(io::hash_file(run_folder / "model.safetensors"), weights);
}

TEST_F(RunTrial, ADivergedRunIsAResult) {
  auto trial = small::trial(data_, 1, {"optimizer.lr=1e30"});
  trial.score_test = true;
  const auto result = run(trial);
  EXPECT_TRUE(result.diverged());
  EXPECT_TRUE(answers(result, trial));
  EXPECT_THAT(result.figures, Each(Key(Not(HasSubstr("accuracy")))));
}

TEST_F(RunTrial, StopsOnRequestAndGoesOn) {
  const auto trial = small::trial(data_, 1);
  folder(trial).write(trial, 1);
  StopFlag stop;
  stop.set();
  EXPECT_FALSE(run_trial(folder(trial).path(), stop));
  EXPECT_FALSE(Store(folder(trial).path()).find(trial.fingerprint));
  EXPECT_EQ(run(trial).figures.at("steps"), 8);
}

TEST_F(RunTrial, TrainsTheEarlierPartsFirst) {
  auto trial = small::trial(data_, 1, {"optimizer.weight_decay=0.01"});
  trial.before.push_back({.until_step = 4, .recipe = small::recipe(data_)});
  trial.before.front().recipe.seed = 1;
  const auto result = run(trial);
  EXPECT_EQ(result.figures.at("steps"), 8);
  const auto plain = run(small::trial(data_, 1));
  EXPECT_EQ(result.figures.at("first_loss"), plain.figures.at("first_loss"));
  EXPECT_NE(result.figures.at("weight_norms.l2"), plain.figures.at("weight_norms.l2"));
}

TEST_F(RunTrial, RefusesAnEarlierPartThatIsTheWholeRun) {
  auto trial = small::trial(data_, 1, {"optimizer.weight_decay=0.01"});
  trial.before.push_back({.until_step = 8, .recipe = small::recipe(data_)});
  folder(trial).write(trial, 1);
  const StopFlag stop;
  EXPECT_THAT(temper::testing::refusal([&] { run_trial(folder(trial).path(), stop); }),
              HasSubstr("from_step is 8, but the run ends after 8 steps"));
}

TEST_F(RunTrial, AnEarlierPartHasTheTeacherOfTheTrial) {
  const auto teacher = small::trial(data_, 1);
  run(teacher);
  const std::vector<std::string> taught{"distillation.weight=0.5",
                                        "distillation.from=\"row:plain\""};
  auto both = taught;
  both.emplace_back("optimizer.weight_decay=0.01");
  Trial trial{.recipe = small::recipe(data_, both),
              .fingerprint = {},
              .label = "late",
              .teachers = {teacher.fingerprint},
              .before = {{.until_step = 4, .recipe = small::recipe(data_, taught)}}};
  trial.fingerprint = Fingerprints().of(trial);
  const auto result = run(trial);
  EXPECT_EQ(result.outcome, kFinished);
  EXPECT_EQ(result.figures.at("steps"), 8);
  const auto student = run(small::trial(data_, 1, taught, {teacher.fingerprint}));
  EXPECT_EQ(result.figures.at("first_loss"), student.figures.at("first_loss"));
  for (const auto& part : {folder(trial).recipe(), folder(trial).earlier_recipe(1)})
    EXPECT_EQ(recipe::load(part).distillation->from, folder(teacher).run().string());
}

TEST_F(RunTrial, TheFingerprintHasTheTeacherOfEveryPart) {
  const auto taught = small::recipe(data_, {"distillation.from=\"row:plain\""});
  Trial trial{.recipe = taught, .fingerprint = {}, .label = {}, .teachers = {"aa"}};
  trial.before.push_back({.until_step = 4, .recipe = taught});
  EXPECT_EQ(teacher_of(trial, trial.before.front().recipe), "aa");
  EXPECT_EQ(teacher_of(trial, small::recipe(data_)), "");
  auto other = trial;
  other.teachers = {"bb"};
  Fingerprints fingerprints;
  EXPECT_NE(fingerprints.of(trial), fingerprints.of(other));
  trial.before.front().recipe.distillation->from = "none";
  EXPECT_THROW(fingerprints.of(trial), Error) << "another teacher is no trial";
}

TEST_F(RunTrial, WhatAnotherNumericsVersionLeftIsRemoved) {
  const auto trial = small::trial(data_, 1);
  const auto place = folder(trial);
  fs::create_directories(place.run());
  std::ofstream(place.path() / "trial.json") << R"({"numerics": 0})";
  std::ofstream(place.run() / "model.safetensors") << "old";
  place.write(trial, 1);
  EXPECT_FALSE(fs::exists(place.run()));
  EXPECT_EQ(place.order().label, trial.label);
}

TEST_F(RunTrial, FingerprintsAreThoseOfTheResults) {
  Fingerprints fingerprints;
  const auto plain = small::recipe(data_);
  const auto of = [&](const std::vector<std::string>& sets) {
    return fingerprints.of(small::recipe(data_, sets));
  };
  EXPECT_EQ(of({"name=other", "threads=2", "checkpoint.every_steps=0"}), fingerprints.of(plain));
  EXPECT_NE(of({"seed=2"}), fingerprints.of(plain));
  EXPECT_NE(of({"optimizer.lr=0.5"}), fingerprints.of(plain));
  EXPECT_EQ(of({"semi.method=mixmatch"}),
            of({"semi.method=mixmatch", "semi.batch_norm=interleaved"}))
      << "what the method's own code does";
  Trial forked{.recipe = plain, .fingerprint = {}, .label = {}};
  EXPECT_EQ(fingerprints.of(forked), fingerprints.of(plain));
  forked.before.push_back({.until_step = 4, .recipe = small::recipe(data_, {"seed=2"})});
  const auto first = fingerprints.of(forked);
  EXPECT_NE(first, fingerprints.of(plain));
  forked.before.front().until_step = 5;
  EXPECT_NE(fingerprints.of(forked), first);
}

TEST_F(RunTrial, TheFingerprintHasTheTeacher) {
  Fingerprints fingerprints;
  const auto student = small::recipe(data_, {"distillation.weight=0.5"});
  EXPECT_NE(fingerprints.of(student, "aa"), fingerprints.of(student, "bb"));
  EXPECT_THROW(fingerprints.of(student), Error);  // names no finished run
}

TEST_F(RunTrial, TheFingerprintHasTheWeightsThatARunStartsFrom) {
  const auto recipe_from = [&](const char* name, std::uint64_t seed) {
    const auto file = directory_.path / name;
    const auto network = model::build(model::MobileNetV3{}, {1, 32, 32, 2}, seed);
    train::save_tensors(file, train::weights(*network));
    return small::recipe(data_, {"pretrained.from=" + recipe::quote(file.string())});
  };
  Fingerprints fingerprints;
  const auto first = fingerprints.of(recipe_from("first.safetensors", 1));
  EXPECT_NE(fingerprints.of(recipe_from("second.safetensors", 2)), first);
  EXPECT_EQ(fingerprints.of(recipe_from("same.safetensors", 1)), first);
  EXPECT_THROW(fingerprints.of(small::recipe(data_, {"pretrained.from=\"none\""})), Error);
}

TEST_F(RunTrial, SpaceIsAtLeastWhatATrialUses) {
  auto trial = small::trial(data_, 1, {"averaging=[{ kind = \"ema\" }]", "checkpoint.keep=4"});
  run(trial);
  std::uintmax_t used = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder(trial).path()))
    if (entry.is_regular_file()) used += entry.file_size();
  Fingerprints fingerprints;
  SpaceEstimate estimate(fingerprints);
  const auto space = estimate.of(trial);
  EXPECT_GE(space.running, used);
  EXPECT_EQ(
      estimate.of(small::trial(data_, 2, {"averaging=[{ kind = \"ema\" }]", "checkpoint.keep=4"}))
          .running,
      space.running);
}

}  // namespace
}  // namespace temper::study
