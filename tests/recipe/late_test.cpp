// Options whose first effect lies beyond the end of the run.
#include "temper/recipe/late.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "temper/recipe/describe.h"
#include "tests/support/refusal.h"

namespace temper::recipe {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr schedule::Horizon kRun{.steps_per_epoch = 10, .total_steps = 100};

std::vector<std::string> paths(const std::string& text, const schedule::Horizon& run = kRun) {
  std::vector<std::string> found;
  for (const auto& late : late_options(parse(text, "r.toml"), run)) found.push_back(late.path);
  return found;
}

std::string refusal(const std::string& text, const schedule::Horizon& run = kRun) {
  return temper::testing::refusal([&] { check_lengths(parse(text, "r.toml"), run); });
}

bool counts_steps_or_epochs(const Option& option) {
  const std::string_view name = option.name;
  return option.unit == "steps" || option.unit == "epochs" || name == "steps" || name == "epochs" ||
         name.ends_with(".steps") || name.ends_with(".epochs");
}

/// A recipe in which the option is one step too late for a run of 100 steps in 10 epochs.
const std::map<std::string, std::string> kLate{
    {"recipe.freeze.epochs", "freeze = { epochs = 10 }"},
    {"recipe.mixing.off_epoch", "mixing = { off_epoch = 10 }"},
    {"recipe.lookahead.k", "lookahead = { k = 101 }"},
    {"recipe.early_stopping.patience", "early_stopping = { patience = 9 }"},
    {"recipe.guard.anchor_every", "guard = { nan = \"rollback\", anchor_every = 100 }"},
    {"recipe.checkpoint.every_steps", "checkpoint.every_steps = 100"},
    {"recipe.checkpoint.every_epochs", "checkpoint.every_epochs = 10"},
    {"recipe.log.every_steps", "log.every_steps = 100"},
    {"recipe.log.norms_every", "log.norms_every = 101"},
    {"averaging.ema.every", "averaging = [{ kind = \"ema\", every = 101 }]"},
    {"averaging.swa.every", "averaging = [{ kind = \"swa\", every = 101 }]"},
    {"averaging.lawa.every", "averaging = [{ kind = \"lawa\", every = 101 }]"},
    {"model.airbench.whiten_bias_epochs",
     "model = { kind = \"airbench\", whiten_bias_epochs = 10 }"},
    {"schedule.step.step_size.epochs", "{ schedule = \"step\", step_size = { epochs = 10 } }"},
    {"schedule.step.step_size.steps", "{ schedule = \"step\", step_size = { steps = 100 } }"},
    {"schedule.multi_step.milestones",
     "{ schedule = \"multi_step\", milestones = [3, 9], warmup = { epochs = 1 } }"},
    {"schedule.exponential.every.epochs",
     "{ schedule = \"exponential\", staircase = true, every = { epochs = 10 } }"},
    {"schedule.exponential.every.steps",
     "{ schedule = \"exponential\", staircase = true, every = { steps = 100 } }"},
    {"schedule.inverse_time.every.epochs",
     "{ schedule = \"inverse_time\", staircase = true, every = { epochs = 10 } }"},
    {"schedule.inverse_time.every.steps",
     "{ schedule = \"inverse_time\", staircase = true, every = { steps = 100 } }"},
    {"schedule.sgdr.T_0.epochs", "{ schedule = \"sgdr\", T_0 = { epochs = 10 } }"},
    {"schedule.sgdr.T_0.steps", "{ schedule = \"sgdr\", T_0 = { steps = 100 } }"},
    {"schedule.plateau.patience", "{ schedule = \"plateau\", patience = 8 }"},
};

/// The run's own length, what is counted from a reduction, which may come at any time, and the
/// steps of attacks.
const std::set<std::string> kNever{"recipe.recipe.epochs",      "recipe.recipe.steps",
                                   "schedule.plateau.cooldown", "adversarial.pgd.steps",
                                   "adversarial.trades.steps",  "recipe.attack.steps"};

/// The end of the path at which the option is reported: a duration is one option.
std::string reported(const std::string& key) {
  const auto short_key = key.ends_with(".epochs") && key != "recipe.freeze.epochs"
                             ? key.substr(0, key.size() - std::string(".epochs").size())
                         : key.ends_with(".steps") ? key.substr(0, key.size() - 6)
                                                   : key;
  return short_key.substr(short_key.rfind('.') + 1);
}

TEST(Late, EveryOptionThatCountsStepsOrEpochsSaysSo) {
  std::set<std::string> tried;
  for (const auto& technique : catalogue())
    for (const auto& option : technique.options) {
      if (!counts_steps_or_epochs(option)) continue;
      const auto key = technique.category + "." + technique.name + "." + option.name;
      if (kNever.contains(key)) continue;
      tried.insert(key);
      std::string text;
      if (option.name.starts_with("warmup."))
        text = "{ schedule = \"" + technique.name + "\", warmup = { " + option.name.substr(7) +
               (option.name == "warmup.epochs" ? " = 10 } }" : " = 100 } }");
      else if (kLate.contains(key))
        text = kLate.at(key);
      if (text.empty()) {
        ADD_FAILURE() << key << " has no onset: give its struct a member onsets(), or list it here";
        continue;
      }
      if (text.starts_with('{')) text.insert(0, "optimizer.lr = ");
      EXPECT_THAT(paths(text), Contains(::testing::EndsWith("." + reported(key)))) << text;
      EXPECT_THAT(paths(text, {10, 202}),
                  ::testing::Not(Contains(::testing::EndsWith("." + reported(key)))))
          << text;
    }
  for (const auto& [key, text] : kLate) EXPECT_TRUE(tried.contains(key)) << key;
}

TEST(Late, AnAverageThatIsNeverUpdatedIsRefused) {
  for (const std::string kind : {"ema", "swa", "lawa"}) {
    const auto of = [&](const std::string& every) {
      return refusal(fmt::format(R"(averaging = [{{ kind = "{}", every = {} }}])", kind, every));
    };
    EXPECT_THAT(of("5000"),
                ::testing::AllOf(::testing::StartsWith("r.toml:1:"),
                                 HasSubstr("averaging.0.every: the average is never updated and "
                                           "stays at the initial weights; it needs 5000 steps, and "
                                           "there are 100; change it, or train for longer")));
    EXPECT_EQ(of("100"), "(not refused)");
  }
}

TEST(Late, AnAverageByEpochsNeedsOne) {
  const schedule::Horizon less_than_an_epoch{.steps_per_epoch = 200, .total_steps = 100};
  EXPECT_THAT(refusal("averaging = [\"swa\"]", less_than_an_epoch),
              HasSubstr("averaging.0.every: the average is never updated"));
  EXPECT_THAT(refusal("averaging = [\"ema\", \"lawa\"]", less_than_an_epoch),
              HasSubstr("averaging.1.every: the average is never updated"));
  EXPECT_EQ(refusal("averaging = [\"ema\"]", less_than_an_epoch), "(not refused)");
}

TEST(Late, AMeanNeedsTwoSnapshots) {
  const auto hints = [](const std::string& swa) {
    return lint(parse("averaging = [" + swa + "]", "r.toml"), kRun);
  };
  EXPECT_THAT(hints("{ kind = \"swa\", start = 0.95, every = 30 }"),
              ElementsAre(HasSubstr("averaging.0.start: no snapshot follows it")));
  EXPECT_THAT(hints("{ kind = \"swa\", start = 0.95 }"),
              ElementsAre(HasSubstr("averaging.0.start: only one snapshot follows it")));
  EXPECT_THAT(hints("\"swa\""), IsEmpty());
  EXPECT_THAT(hints("{ kind = \"lawa\", every = 60 }"),
              ElementsAre(HasSubstr("averaging.0.every: there is only one snapshot")));
  EXPECT_THAT(hints("\"lawa\""), IsEmpty());
}

TEST(Late, SchedulesOfAnyOptionAreRead) {
  EXPECT_THAT(paths("data.train_size = { schedule = \"step\", peak = 32, gamma = 2 }"),
              ElementsAre("data.train_size.step_size"))
      << "30 epochs, since it is not given";
  EXPECT_THAT(paths("optimizer.lr = { schedule = \"warmup_stable_decay\", cooldown = 0.01 }"),
              ElementsAre("optimizer.lr.cooldown"));
  EXPECT_THAT(paths("optimizer.lr = { schedule = \"warmup_stable_decay\", cooldown = 0.02 }"),
              IsEmpty());
  EXPECT_THAT(paths("optimizer.lr = { schedule = \"piecewise\", pieces = [{ epochs = 4, curve = { "
                    "kind = \"cosine\", warmup = { epochs = 4 } } }, { curve = { kind = \"sgdr\", "
                    "T_0 = { epochs = 6 } } }] }"),
              ElementsAre("optimizer.lr.pieces.0.curve.warmup", "optimizer.lr.pieces.1.curve.T_0"))
      << "each within its piece";
}

TEST(Late, APlateauCountsFromTheEndOfItsWarmUp) {
  const std::string patient = "optimizer.lr = { schedule = \"plateau\", patience = 6, warmup = { ";
  EXPECT_THAT(paths(patient + "epochs = 2 } }"), IsEmpty());
  EXPECT_THAT(paths(patient + "epochs = 3 } }"), ElementsAre("optimizer.lr.patience"));
  EXPECT_THAT(paths(patient + "epochs = 10 } }"), ElementsAre("optimizer.lr.warmup"))
      << "nothing else is said of a schedule that stays in its warm-up";
}

TEST(Late, IntervalsAtTheirDefaultsAreNot) {
  EXPECT_THAT(paths("", {1, 1}), IsEmpty());
}

TEST(Late, AnAverageOfFewUpdatesSpansTheRun) {
  EXPECT_THAT(
      lint(parse("averaging = [{ kind = \"ema\", decay = 0.9, every = 10 }]", "r.toml"), kRun),
      ElementsAre(HasSubstr("spans about 100 steps of a run of 100")));
}

}  // namespace
}  // namespace temper::recipe
