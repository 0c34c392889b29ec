#include "temper/watch/subjects.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "temper/core/error.h"
#include "temper/recipe/recipe.h"
#include "temper/report/page.h"
#include "temper/study/analysis/ablate.h"
#include "tests/report/run_directory.h"
#include "tests/study/engine/small_study.h"
#include "tests/train/small_run.h"

namespace temper::watch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fake = report::fake;
namespace fs = std::filesystem;

constexpr auto kVersion = "c0ffee";

Code code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::internal;
}

TEST(RunSubject, ShowsWhatIsThereWhileTheLogIsWritten) {
  const fake::Directory run;
  const auto subject = run_subject(run.path);
  EXPECT_EQ(subject.name, "a run");
  fake::log_start(run, fake::class_names(3));
  const auto at_start = subject.html(kVersion);
  EXPECT_THAT(at_start, HasSubstr("<p class=\"live running\" data-version=\"c0ffee\""));
  EXPECT_THAT(at_start, HasSubstr("Step 0 of 20."));
  EXPECT_THAT(at_start, HasSubstr("connect-src 'self'"));

  const auto stamp = subject.stamp();
  EXPECT_EQ(subject.stamp(), stamp);
  fake::log_training(run, 1);
  EXPECT_NE(subject.stamp(), stamp);
  const auto whole = subject.html(kVersion);
  EXPECT_THAT(whole, HasSubstr("Step 10 of 20."));
  EXPECT_THAT(whole, HasSubstr("<section id=\"learning\">"));
  // The last line is being written.
  std::ofstream(run.path / "metrics.jsonl", std::ios::app) << R"({"event":"step","step":11,"epo)";
  EXPECT_THAT(subject.html(kVersion), HasSubstr("Step 10 of 20."));
}

TEST(RunSubject, SaysThatTheRunHasEnded) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  fake::log_training(run);
  const auto subject = run_subject(run.path);
  EXPECT_THAT(subject.html(kVersion), HasSubstr("<p class=\"live running\""));
  run.log({{"event", "end"},
           {"seconds", 31.5},
           {"time",
            {{"data", 1.0},
             {"forward", 10.0},
             {"backward", 18.0},
             {"update", 1.5},
             {"evaluate", 0.5},
             {"save", 0.5}}}});
  const auto page = subject.html(kVersion);
  EXPECT_THAT(page, HasSubstr("<p class=\"live ended\""));
  EXPECT_THAT(page, HasSubstr("The run has ended after 20 steps."));
}

TEST(RunSubject, ChangesWithTheTemperatureAndWithAveragedWeights) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  const auto subject = run_subject(run.path);
  auto stamp = subject.stamp();
  for (const auto* file : {"temperature.json", "model-ema.safetensors"}) {
    std::ofstream(run.path / file) << "new";
    EXPECT_NE(subject.stamp(), stamp) << file;
    stamp = subject.stamp();
  }
}

TEST(RunSubject, WaitsForADirectoryThatDoesNotExist) {
  const fake::Directory run;
  const auto path = run.path / "later";
  const auto subject = run_subject(path);
  const auto stamp = subject.stamp();
  EXPECT_THAT(subject.html(kVersion), HasSubstr("The run has not begun"));
  fs::create_directory(path);
  EXPECT_NE(subject.stamp(), stamp);
  EXPECT_EQ(code_of([&] { subject.html(kVersion); }), Code::io);  // no run is in it yet
  std::ofstream(path / "recipe.toml") << "epochs = 1\n";
  EXPECT_THAT(subject.html(kVersion), HasSubstr("Nothing has been logged yet."));
}

TEST(RunSubject, RefusesWhatIsNoRun) {
  const fake::Directory run;
  EXPECT_EQ(code_of([&] { run_subject(run.path).html(kVersion); }), Code::io);
  run.write("metrics.jsonl", "{\"event\":\"start\"}\nnot JSON\n{}\n");
  EXPECT_EQ(code_of([&] { run_subject(run.path).html(kVersion); }), Code::data);
  run.write("results.csv", "");
  EXPECT_EQ(code_of([&] { run_subject(run.path).html(kVersion); }), Code::data);
  fs::remove(run.path / "metrics.jsonl");
  EXPECT_EQ(code_of([&] { run_subject(run.path); }), Code::usage);
}

TEST(RunPage, AFileAsksNobody) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(3));
  const auto page = report::page(report::gather(report::read_run(run.path)));
  EXPECT_THAT(page, Not(HasSubstr("connect-src")));
  EXPECT_THAT(page, Not(HasSubstr("class=\"live")));
  EXPECT_THAT(page, HasSubstr("This file is self-contained"));
}

class StudySubject : public ::testing::Test {
 protected:
  StudySubject() {
    std::ofstream(file_) << fmt::format(R"(mode = "one_at_a_time"
seeds = 2
[base]
epochs = 1
threads = 1
data.source = "{}"
data.batch_size = 16
data.validation = 0.25
data.num_workers = 1
model = {{ kind = "resnet", depth = 8, width = 4 }}
[[row]]
name = "more <decay>"
set.optimizer.weight_decay = 0.01
)",
                                        study::small::write_data(directory_.path / "data"));
  }

  [[nodiscard]] study::AblateOptions options() const { return {.engine = {.folder = folder_}}; }

  /// Adds results of the next trials, at most `count`, as if they had been run.
  void finish(std::size_t count) {
    const auto study = study::load_study(file_);
    study::Store store(folder_);
    const study::Previewer previewer(study, options());
    for (const auto& trial : previewer.preview(store).stand.next.trials) {
      if (count-- == 0) return;
      store.add({.fingerprint = trial.fingerprint,
                 .numerics = recipe::kNumerics,
                 .seed = trial.recipe.seed,
                 .outcome = study::kFinished,
                 .label = trial.label,
                 .measures = study::asked(trial),
                 .figures = {{"seconds", 10.0},
                             {"validation.accuracy", 0.5 + 0.01 * static_cast<double>(count)},
                             {"test.accuracy", 0.5 + 0.01 * static_cast<double>(count)}}});
    }
  }

  train::small::Directory directory_;
  fs::path file_ = directory_.path / "mine.toml";
  fs::path folder_ = directory_.path / "studies";
};

TEST_F(StudySubject, ShowsTheRunsThatHaveEnded) {
  const auto subject = study_subject(file_, {}, options());
  EXPECT_EQ(subject.name, "mine");
  auto stamp = subject.stamp();
  const auto before = subject.html(kVersion);
  EXPECT_THAT(before, HasSubstr("<p class=\"live running\" data-version=\"c0ffee\""));
  EXPECT_THAT(before, HasSubstr("0 runs so far. Next: "));
  EXPECT_THAT(before, HasSubstr("more &lt;decay&gt;"));
  EXPECT_FALSE(fs::exists(folder_));  // nothing is written

  finish(1);
  EXPECT_NE(subject.stamp(), stamp);
  stamp = subject.stamp();
  EXPECT_THAT(subject.html(kVersion), HasSubstr("1 run so far. Next: "));

  finish(9);
  EXPECT_NE(subject.stamp(), stamp);
  const auto complete = subject.html(kVersion);
  EXPECT_THAT(complete, HasSubstr("<p class=\"live ended\""));
  EXPECT_THAT(complete, HasSubstr("The study is complete: 4 runs."));
}

TEST_F(StudySubject, IsThatOfTheEditedStudy) {
  const auto page = study_subject(file_, {"seeds=3"}, options()).html(kVersion);
  EXPECT_THAT(page, HasSubstr("6 runs"));
  EXPECT_EQ(code_of([&] { study_subject(file_, {"sedes=1"}, options()); }), Code::usage);
  EXPECT_EQ(code_of([&] { study_subject(directory_.path / "none.toml", {}, options()); }),
            Code::io);
}

}  // namespace
}  // namespace temper::watch
