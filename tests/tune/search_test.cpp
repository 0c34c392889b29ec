#include "temper/tune/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "temper/tune/setting.h"
#include "tests/support/refusal.h"

namespace temper::tune {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kBase = R"(
[base]
epochs = 9
[base.data]
source = "fashion-mnist"
[base.model]
kind = "resnet"
depth = 8
[base.optimizer]
kind = "sgd"
lr = { schedule = "cosine", peak = 0.1 }
)";

std::string with(const std::string& options, const std::string& tables) {
  return options + kBase + tables;
}

std::string parameter(const std::string& option, const std::string& rest) {
  return "[[search]]\noption = \"" + option + "\"\n" + rest + "\n";
}

const std::string kRate =
    parameter("optimizer.lr", "distribution = \"log_uniform\"\nlow = 1e-3\nhigh = 1.0");

std::string refusal(const std::string& text) {
  return temper::testing::refusal([&] { (void)parse_search(text, "search.toml"); });
}

TEST(Search, DrawsWithinTheRangesAndSetsThePeakOfASchedule) {
  const auto search = parse_search(
      with(
          "trials = 200\n",
          kRate + parameter("model.width", "distribution = \"integer\"\nlow = 8\nhigh = 11") +
              parameter("optimizer.momentum", "distribution = \"uniform\"\nlow = 0.8\nhigh = 0.9") +
              parameter("model.depth", "distribution = \"choice\"\nvalues = [8, 14]")),
      "search.toml");
  EXPECT_EQ(search.name, "search");
  EXPECT_EQ(search.parameters[0].path, "optimizer.lr.peak");
  double logs = 0;
  std::set<std::string> widths;
  std::set<std::string> depths;
  for (std::int64_t trial = 0; trial < search.trials; ++trial) {
    const double rate =
        std::strtod(value_text(search, search.parameters[0], trial).c_str(), nullptr);
    EXPECT_GE(rate, 1e-3);
    EXPECT_LE(rate, 1);
    logs += std::log10(rate) / static_cast<double>(search.trials);
    widths.insert(value_text(search, search.parameters[1], trial));
    const double momentum =
        std::strtod(value_text(search, search.parameters[2], trial).c_str(), nullptr);
    EXPECT_GE(momentum, 0.8);
    EXPECT_LE(momentum, 0.9);
    depths.insert(value_text(search, search.parameters[3], trial));
  }
  EXPECT_NEAR(logs, -1.5, 0.2) << "the mean of uniform logarithms from -3 to 0";
  EXPECT_EQ(widths, (std::set<std::string>{"8", "9", "10", "11"}));
  EXPECT_EQ(depths, (std::set<std::string>{"14", "8"}));
  const auto text = recipe::to_toml(recipe_of(search, 0));
  EXPECT_THAT(text, HasSubstr("peak = " + value_text(search, search.parameters[0], 0)));
}

TEST(Search, DrawsDependOnTheOptionAndTheTrialAlone) {
  const auto few = parse_search(with("trials = 3\n", kRate), "search.toml");
  const auto more = parse_search(
      with("trials = 9\n",
           parameter("model.width", "distribution = \"integer\"\nlow = 8\nhigh = 64") + kRate),
      "search.toml");
  const auto other = parse_search(with("trials = 3\nseed = 2\n", kRate), "search.toml");
  for (std::int64_t trial = 0; trial < 3; ++trial) {
    EXPECT_EQ(value_text(few, few.parameters[0], trial),
              value_text(more, more.parameters[1], trial));
    EXPECT_NE(value_text(few, few.parameters[0], trial),
              value_text(other, other.parameters[0], trial));
  }
}

TEST(Search, ChoosesTechniquesAndTables) {
  const auto search = parse_search(
      with("trials = 20\n",
           parameter("loss.label_smoothing",
                     "distribution = \"choice\"\nvalues = [false, { smoothing = 0.1 }]") +
               parameter("optimizer.kind",
                         "distribution = \"choice\"\nvalues = [\"sgd\", \"adamw\"]")),
      "search.toml");
  std::set<std::string> seen;
  for (std::int64_t trial = 0; trial < search.trials; ++trial)
    seen.insert(value_text(search, search.parameters[0], trial));
  EXPECT_EQ(seen, (std::set<std::string>{"false", "{ smoothing = 0.1 }"}));
}

TEST(Search, TakesAliasesForTheOptionsThatTheyName) {
  const auto range = "low = 1e-3\nhigh = 1.0";
  const auto search =
      parse_search(with("", parameter("optimizer.learning_rate", range)), "search.toml");
  EXPECT_EQ(search.parameters[0].option, "optimizer.lr");
  EXPECT_EQ(search.parameters[0].path, "optimizer.lr.peak");
  EXPECT_THAT(refusal(with("", kRate + parameter("optimizer.learning_rate", range))),
              HasSubstr("optimizer.lr is searched for twice"));
  EXPECT_THAT(
      refusal(with("", parameter("data.k_folds", "distribution = \"choice\"\nvalues = [3, 5]"))),
      HasSubstr("data.folds can't be searched for"));
}

TEST(Search, RefusesSettingsThatContradictThemselvesBeforeAnythingRuns) {
  EXPECT_THAT(refusal(with("trials = 30\n", parameter("model.depth",
                                                      "distribution = \"integer\"\nlow = "
                                                      "8\nhigh = 20"))),
              AllOf(HasSubstr("trial "), HasSubstr("depth")));
}

TEST(Search, RefusesWhatWouldMakeTrialsIncomparable) {
  for (const char* option : {"seed", "data.validation", "data.split_seed", "data.source", "data"}) {
    EXPECT_THAT(refusal(with("", parameter(option, "low = 1.0\nhigh = 2.0"))),
                AllOf(HasSubstr("search.toml:"), HasSubstr("can't be searched for")))
        << option;
  }
  EXPECT_THAT(refusal(with("method = \"asha\"\n", parameter("epochs", "low = 1.0\nhigh = 2.0"))),
              HasSubstr("can't be searched for"));
}

TEST(Search, RefusesMistakesBeforeAnythingRuns) {
  EXPECT_THAT(refusal(with("", "")), HasSubstr("nothing to search for"));
  EXPECT_THAT(refusal(with("", kRate + kRate)), HasSubstr("twice"));
  EXPECT_THAT(refusal(with("", parameter("optimizer.lr", "low = 0.0\nhigh = 1.0"))),
              HasSubstr("positive"));
  EXPECT_THAT(refusal(with("", parameter("optimizer.lr", "low = 2.0\nhigh = 1.0"))),
              HasSubstr("low < high"));
  EXPECT_THAT(refusal(with("", parameter("optimizer.lr", "distribution = \"choice\""))),
              HasSubstr("needs its values"));
  EXPECT_THAT(refusal(with("", parameter("optimizer.learning", "low = 1.0\nhigh = 2.0"))),
              HasSubstr("trial 1: "));
  EXPECT_THAT(refusal(with("eta = 4\n", kRate)), HasSubstr("no effect without method"));
  EXPECT_THAT(refusal(with("method = \"asha\"\nmin_epochs = 10\n", kRate)),
              HasSubstr("the recipe has 9 epochs"));
  EXPECT_THAT(refusal(kRate), HasSubstr("no base"));
}

TEST(Search, EditsReachTheFileAndTheBase) {
  const auto search = parse_search(with("", kRate), "search.toml",
                                   {"trials=5", "base.epochs=3", "base.model.depth=14"});
  EXPECT_EQ(search.trials, 5);
  EXPECT_EQ(recipe_of(search, 4).epochs, 3);
}

}  // namespace
}  // namespace temper::tune
