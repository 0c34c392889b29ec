// What the page says about early stopping, for runs with and without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <cstdlib>

#include "temper/io/disk/read_file.h"
#include "temper/report/report.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A run of 30 epochs whose validation loss is lowest after epoch `best`.
void log_epochs(const fake::Directory& run, int best, bool validated = true) {
  fake::log_start(run, fake::class_names(3));
  for (int epoch = 1; epoch <= 30; ++epoch) {
    auto scores = fake::Json{{"train", fake::score(0.5 / epoch, 0.8, 100)}};
    if (validated)
      scores["validation"] = fake::score(0.25 + 0.0625 * std::abs(epoch - best), 0.75, 100);
    run.log({{"event", "epoch"},
             {"epoch", epoch},
             {"step", 10 * epoch},
             {"seconds", epoch},
             {"raw", scores}});
  }
}

std::string page(const fake::Directory& run) {
  auto text = io::read_text(write_report(run.path).path);
  std::string words;
  for (const char c : text) {
    const char space = c == '\n' ? ' ' : c;
    if (space != ' ' || words.empty() || words.back() != ' ') words += space;
  }
  return words;
}

TEST(EarlyStoppingNote, SaysWhatTheDefaultsWouldHaveDone) {
  const fake::Directory run;
  log_epochs(run, 8);
  run.log({{"event", "end"}, {"seconds", 30}});
  EXPECT_THAT(
      page(run),
      AllOf(HasSubstr("would have ended this run after epoch 18 of"),
            HasSubstr("and restored the weights of epoch 8, with a validation loss of 0.2500; "
                      "after epoch 30 it was 1.625."),
            HasSubstr("arXiv:2103.07579")));
}

TEST(EarlyStoppingNote, SaysThatTheDefaultsWouldHaveDoneNothing) {
  const fake::Directory run;
  log_epochs(run, 21);
  EXPECT_THAT(page(run), HasSubstr("would not have ended this run so far: the validation loss was "
                                   "lowest after epoch 21."));
}

TEST(EarlyStoppingNote, SaysWhatItDid) {
  const fake::Directory run;
  log_epochs(run, 8);
  run.log({{"event", "early_stop"},
           {"reason", "patience"},
           {"epoch", 30},
           {"step", 300},
           {"measure", "validation_loss"},
           {"best", 0.25},
           {"best_epoch", 8},
           {"waited", 22},
           {"weights", "best"}});
  run.log({{"event", "end"}, {"seconds", 30}});
  const auto text = page(run);
  EXPECT_THAT(text, HasSubstr("Training ended early, after epoch 30 of"));
  EXPECT_THAT(text, HasSubstr("The weights are those of epoch 8."));
  // The figures are those of the final weights.
  EXPECT_EQ(summary(run.path).evaluation->gap->epoch, 8);
  EXPECT_EQ(summary(run.path).epochs_done, 30);
  EXPECT_EQ(to_json(summary(run.path))["early_stop"]["best_epoch"], 8);
}

TEST(EarlyStoppingNote, IsNotThereWithoutValidation) {
  const fake::Directory run;
  log_epochs(run, 8, false);
  EXPECT_THAT(page(run), Not(HasSubstr("Early stopping")));
}

}  // namespace
}  // namespace temper::report
