// The course of a study: tuning, pilot, number of seeds, budget, and going on after a kill.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/study/analysis/looks.h"
#include "tests/study/analysis/made_up.h"

namespace temper::study {
namespace {

using made_up::course;
using made_up::kA;
using made_up::kB;
using made_up::kListed;
using made_up::listed;
using made_up::rows_in;
using made_up::run;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr auto kSingle = "mode = \"one_at_a_time\"\n";

std::vector<std::string> labels(const Batch& batch) {
  std::vector<std::string> labels;
  for (const auto& trial : batch.trials) labels.push_back(trial.label);
  return labels;
}

/// Follows a study and keeps what was said and run.
struct Log {
  std::vector<std::string> sentences;
  std::vector<Trial> trials;
  Followed end;

  Log(const Course& course, const Run& run)
      : end(follow(
            course,
            [&](std::span<const Trial> batch) {
              trials.insert(trials.end(), batch.begin(), batch.end());
              return run(batch);
            },
            [&](const Stand& stand, const Results&) {
              sentences.push_back(stand.next.sentence);
            })) {}
};

/// Accuracies around 80 percent with this standard deviation, the rows' own included.
made_up::Accuracy noisy(double deviation) {
  return [deviation](const Trial& trial) {
    return 80 + deviation * Random(1, Purpose::inspect, {coordinate(trial.label)}).normal();
  };
}

TEST(Course, AFixedNumberOfSeedsIsOneBatch) {
  const auto study = course(std::string(kSingle) + "seeds = 2", {kA});
  const Log log(study, run(listed(kListed)));
  ASSERT_THAT(log.sentences, SizeIs(1));
  EXPECT_EQ(log.sentences[0], "2 seeds for each of 2 arms: 4 runs.");
  EXPECT_THAT(labels({.trials = log.trials, .sentence = {}}),
              ElementsAre("base, seed 1", "a, seed 1", "base, seed 2", "a, seed 2"));
  for (const auto& trial : log.trials) EXPECT_TRUE(trial.score_test) << trial.label;
  EXPECT_THAT(log.end.stand.seeds, ElementsAre(1, 2));
  EXPECT_EQ(log.end.stand.pilot, 0);
}

TEST(Course, ResultsThatAreThereAreNotRunAgain) {
  const auto study = course(std::string(kSingle) + "seeds = 2", {kA});
  Results results;
  const auto first = study.stand(results).next.trials[0];
  results[first.fingerprint] = made_up::result(first, 80);
  const auto next = study.stand(results).next;
  EXPECT_THAT(labels(next), ElementsAre("a, seed 1", "base, seed 2", "a, seed 2"));
  EXPECT_EQ(next.sentence, "2 seeds for each of 2 arms: 3 runs, about 0:30.");
}

TEST(Course, SeveralWorkersTakeLess) {
  const auto study = course(std::string(kSingle) + "seeds = 2", {kA}, {.workers = 3});
  Results results;
  const auto first = study.stand(results).next.trials[0];
  results[first.fingerprint] = made_up::result(first, 80);
  EXPECT_THAT(study.stand(results).next.sentence, HasSubstr("about 0:10"));
}

// Tuning

constexpr auto kTuned = R"(mode = "one_at_a_time"
seeds = 2
tune = ["optimizer.lr"]
tune_grid.optimizer.lr = [0.1, 0.2, 0.4]
tune_budget = 5
tune_seeds = 2
)";

/// The best learning rate of the base is 0.2, that of row a is 1.
double by_rate(const Trial& trial) {
  const double rate = std::get<optim::Sgd>(trial.recipe.optimizer).lr;
  return 80 - std::abs(std::log(rate / (rows_in(trial) == 1 ? 1.0 : 0.2)));
}

TEST(Course, EveryArmIsTunedOnValidationWithTheSameSeeds) {
  const Log log(course(kTuned, {kA}), run(by_rate));
  ASSERT_FALSE(log.sentences.empty());
  EXPECT_EQ(log.sentences[0],
            "Tuning optimizer.lr on the validation set for 2 arms, at most 5 settings each with 2 "
            "seeds: 12 runs.");
  std::map<std::size_t, std::set<std::int64_t>> tuning_seeds;
  std::set<std::int64_t> table_seeds;
  for (const auto& trial : log.trials)
    (trial.score_test ? table_seeds : tuning_seeds[rows_in(trial)]).insert(trial.recipe.seed);
  EXPECT_EQ(tuning_seeds[0], tuning_seeds[1]);
  EXPECT_THAT(tuning_seeds[0], SizeIs(2));
  EXPECT_THAT(table_seeds, ElementsAre(1, 2));
  for (const auto seed : tuning_seeds[0]) EXPECT_FALSE(table_seeds.contains(seed));
}

TEST(Course, AWinnerAtTheEdgeWidensTheGrid) {
  const Log log(course(kTuned, {kA}), run(by_rate));
  const auto& [base, a] = std::tie(log.end.stand.tuning[0], log.end.stand.tuning[1]);
  EXPECT_THAT(base.tried, SizeIs(3));
  EXPECT_EQ(base.runs, 6);
  EXPECT_THAT(a.tried, SizeIs(5));  // 0.8 and 1.6, too
  EXPECT_THAT(a.at_edge, IsEmpty());
  const auto& arms = log.end.stand.arms;
  EXPECT_EQ(std::get<optim::Sgd>(arms[0].recipe.optimizer).lr, 0.2);
  EXPECT_EQ(std::get<optim::Sgd>(arms[1].recipe.optimizer).lr, 0.8);
  // The table is made with them.
  for (const auto& trial : log.trials) {
    const double rate = std::get<optim::Sgd>(trial.recipe.optimizer).lr;
    if (trial.score_test) {
      EXPECT_EQ(rate, rows_in(trial) == 1 ? 0.8 : 0.2) << trial.label;
    }
  }
}

TEST(Course, AWinnerThatStaysAtTheEdgeIsNamed) {
  const auto study = course(kTuned, {kA});
  const Log log(study, run([](const Trial& trial) {
                  return 50 + std::get<optim::Sgd>(trial.recipe.optimizer).lr;
                }));
  EXPECT_THAT(log.end.stand.tuning[0].tried, SizeIs(5));
  EXPECT_THAT(log.end.stand.tuning[0].at_edge, ElementsAre(0));
  EXPECT_THAT(log.end.stand.notes, Contains(HasSubstr("optimizer.lr of base is at the edge")));
  const auto table = analyse(study, log.end.stand, log.end.results);
  ASSERT_THAT(table.rows[0].tuned, SizeIs(1));
  EXPECT_TRUE(table.rows[0].tuned[0].at_edge);
  EXPECT_EQ(table.rows[0].tuned[0].path, "optimizer.lr");
  EXPECT_THAT(table.rows[0].tuned[0].tried, SizeIs(5));
  EXPECT_EQ(table.rows[0].tuning_runs, 10);
  EXPECT_EQ(table.runs, 4 + 20);
  EXPECT_DOUBLE_EQ(table.seconds, 240);
}

TEST(Course, AWinnerAtTheEndOfTheOptionsRangeIsAtNoEdge) {
  const auto study = course(
      "mode = \"one_at_a_time\"\nseeds = 2\ntune = [\"optimizer.weight_decay\"]\n"
      "tune_grid.optimizer.weight_decay = [0, 1e-4, 1e-3]",
      {kA});
  const Log log(study, run([](const Trial& trial) {
                  return 50 - std::get<optim::Sgd>(trial.recipe.optimizer).weight_decay;
                }));
  EXPECT_THAT(log.end.stand.tuning[0].tried, SizeIs(3));
  EXPECT_THAT(log.end.stand.tuning[0].at_edge, IsEmpty());
  EXPECT_THAT(log.end.stand.notes, Not(Contains(HasSubstr("at the edge"))));
  const auto table = analyse(study, log.end.stand, log.end.results);
  ASSERT_THAT(table.rows[0].tuned, SizeIs(1));
  EXPECT_FALSE(table.rows[0].tuned[0].at_edge);
}

TEST(Course, AValueThatTheRecipeCantHaveEndsTheRange) {
  const auto study = course(kTuned, {kA}, {.check = [](const recipe::Recipe& recipe) {
                              if (std::get<optim::Sgd>(recipe.optimizer).lr > 0.5)
                                throw Error(Code::usage, "it is too high");
                            }});
  const Log log(study, run(by_rate));
  const auto& a = log.end.stand.tuning[1];
  EXPECT_THAT(a.tried, SizeIs(3));
  EXPECT_THAT(a.at_edge, IsEmpty());
  EXPECT_EQ(std::get<optim::Sgd>(log.end.stand.arms[1].recipe.optimizer).lr, 0.4);
  EXPECT_THAT(log.end.stand.notes,
              Contains("No optimizer.lr beyond 0.4 was tried for a: 0.8 is refused (it is too "
                       "high)."));
}

TEST(Course, SettingsThatDivergeAreNotChosen) {
  const Log log(course(kTuned, {kA}), run([](const Trial& trial) -> std::optional<double> {
                  const double rate = std::get<optim::Sgd>(trial.recipe.optimizer).lr;
                  if (rate > 0.15) return std::nullopt;
                  return 80;
                }));
  EXPECT_LE(std::get<optim::Sgd>(log.end.stand.arms[0].recipe.optimizer).lr, 0.1);
}

TEST(Course, WhereEverySettingDivergesTheRecipesOwnNumbersStay) {
  const Log log(course(kTuned, {kA}), run([](const Trial& trial) -> std::optional<double> {
                  if (rows_in(trial) == 1) return std::nullopt;
                  return by_rate(trial);
                }));
  EXPECT_THAT(log.end.stand.arms[1].tuned, IsEmpty());
  EXPECT_THAT(log.end.stand.notes,
              Contains(HasSubstr("Every setting that was tried for a diverged")));
}

TEST(Course, TuningWithoutAValidationSetIsRefused) {
  const auto without = [](std::span<const Trial> trials) {
    auto results = run(by_rate)(trials);
    for (auto& one : results) one.figures.erase("validation.accuracy");
    return results;
  };
  try {
    const Log log(course(kTuned, {kA}), without);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("set data.validation, or leave out tune"));
  }
}

TEST(Course, ATeacherIsTrainedBeforeItsStudentWithTheSameSeed) {
  const std::string student =
      "[[row]]\nname = \"student\"\nset.distillation = { from = \"row:a\" }\n";
  const Log log(course(std::string(kSingle) + "seeds = 2", {kA, student}), run(noisy(1)));
  ASSERT_THAT(log.trials, SizeIs(6));
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < log.trials.size(); ++i) places[log.trials[i].label] = i;
  const auto& taught = log.trials[places.at("student, seed 2")];
  EXPECT_THAT(taught.teachers, ElementsAre(log.trials[places.at("a, seed 2")].fingerprint));
  EXPECT_LT(places.at("a, seed 2"), places.at("student, seed 2"));
  EXPECT_TRUE(log.trials[places.at("a, seed 2")].keep);
  EXPECT_FALSE(taught.keep);
}

// The number of seeds

constexpr auto kDetect = "mode = \"one_at_a_time\"\ndetect = 0.3\npilot = 5\n";

TEST(Course, APilotFixesTheNumberOfSeedsOnce) {
  const Log log(course(kDetect, {kA}), run(noisy(0.3)));
  ASSERT_THAT(log.sentences, SizeIs(2));
  EXPECT_EQ(log.sentences[0], "Pilot of 5 seeds, to estimate deviations: 10 runs.");
  const auto n = std::ssize(log.end.stand.seeds);
  EXPECT_GT(n, 7);
  EXPECT_EQ(log.end.stand.pilot, 5);
  EXPECT_EQ(std::ssize(log.trials), 2 * n);
  ASSERT_THAT(log.end.stand.plan, SizeIs(1));
  EXPECT_THAT(log.end.stand.plan[0], StartsWith("The pilot's 5 seeds have paired differences"));
  EXPECT_THAT(log.end.stand.plan[0],
              HasSubstr("a difference of 0.30 points with a probability of 80%"));
  EXPECT_THAT(log.end.stand.plan[0],
              HasSubstr(fmt::format("takes {} seeds: {} runs", n, 2 * (n - 5))));
  // The pilot's runs are the first of the table.
  for (std::size_t i = 0; i < 10; ++i) EXPECT_LE(log.trials[i].recipe.seed, 5);
}

TEST(Course, TheNumberOfSeedsDependsOnDeviationsAlone) {
  const auto shifted = [](double by) {
    return [by](const Trial& trial) { return *noisy(0.3)(trial) + (rows_in(trial) == 1 ? by : 0); };
  };
  const Log none(course(kDetect, {kA}), run(shifted(0)));
  const Log large(course(kDetect, {kA}), run(shifted(5)));
  EXPECT_EQ(none.end.stand.seeds, large.end.stand.seeds);
  EXPECT_GT(Log(course(kDetect, {kA}), run(noisy(0.6))).end.stand.seeds.size(),
            none.end.stand.seeds.size());
}

TEST(Course, MoreComparisonsTakeMoreSeeds) {
  const Log one(course(kDetect, {kA}), run(noisy(0.3)));
  const Log two(course(kDetect, {kA, kB}), run(noisy(0.3)));
  EXPECT_THAT(two.end.stand.plan[0], HasSubstr("adjusted for 2 comparisons"));
  EXPECT_THAT(one.end.stand.plan[0], HasSubstr("adjusted for 1 comparison,"));
}

TEST(Course, EqualRowsHaveNothingToPlanFrom) {
  const Log log(course(kDetect, {kA}), run([](const Trial& trial) {
                  return 80 + 0.1 * static_cast<double>(trial.recipe.seed);
                }));
  EXPECT_THAT(log.end.stand.seeds, SizeIs(5));
  EXPECT_EQ(log.end.stand.pilot, 0);
  EXPECT_THAT(log.end.stand.plan[0], HasSubstr("no differences to plan from"));
}

TEST(Course, ADifferenceThatTakesThousandsOfSeedsIsRefused) {
  try {
    const Log log(course("mode = \"one_at_a_time\"\ndetect = 0.001\n", {kA}), run(noisy(1)));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("Raise detect, or set a budget"));
  }
}

// Looks

TEST(Course, LooksAreEquallyManySeedsApart) {
  const auto study = course(std::string(kSingle) + "seeds = 8\nlooks = 4", {kA});
  const Log log(study, run(noisy(0.3)));
  ASSERT_FALSE(log.sentences.empty());
  EXPECT_EQ(log.sentences[0], "Look 1 of 4, at 2 of at most 8 seeds for each of 2 arms: 4 runs.");
  EXPECT_EQ(log.end.stand.looks_planned_for, 8);
  EXPECT_THAT(analyse(study, log.end.stand, log.end.results).notes,
              Contains(HasSubstr("4 planned looks, by group-sequential bounds")));
}

TEST(Course, AStudyEndsAtTheLookThatDecidesAllDifferences) {
  const auto study = course(std::string(kSingle) + "seeds = 12\nlooks = 3", {kA});
  const Log log(study, run([](const Trial& trial) {
                  return *noisy(0.1)(trial) + (rows_in(trial) == 1 ? 10 : 0);
                }));
  EXPECT_LT(log.end.stand.seeds.size(), 12U);
  EXPECT_THAT(log.end.stand.plan, Contains(HasSubstr("All differences were decided at look")));
  const auto table = analyse(study, log.end.stand, log.end.results);
  EXPECT_EQ(table.rows[1].against_base->verdict, statistics::Verdict::better);
}

TEST(Looks, TheLastOneHasAllSeedsAndTheFirstAtLeastTwo) {
  const auto looks = Looks::plan(10, 4, 0.95, 1);
  EXPECT_THAT(looks.seeds, ElementsAre(2, 5, 7, 10));
  EXPECT_TRUE(std::ranges::is_sorted(looks.levels));
  EXPECT_LT(looks.levels.back(), 0.05);
  EXPECT_GT(looks.levels.back(), 0.04);
  EXPECT_THAT(Looks::plan(3, 5, 0.95, 1).seeds, ElementsAre(2, 3));
}

// A budget in time; every run takes ten seconds.

TEST(Course, ABudgetAllowsFewerSeedsAndSaysWhatTheyCannotDecide) {
  const Log log(course(kDetect, {kA}, {.budget = 200}), run(noisy(1)));
  EXPECT_THAT(log.sentences[0], StartsWith("First run of every arm"));
  EXPECT_THAT(log.end.stand.seeds, SizeIs(10));
  EXPECT_EQ(log.end.stand.pilot, 5);
  EXPECT_THAT(log.end.stand.notes,
              Contains(HasSubstr("a against base: 10 seeds are too few to find a difference of "
                                 "0.30 points")));
  EXPECT_THAT(log.end.stand.plan, Contains(HasSubstr("The budget of 3:20 allows 10 of")));
}

TEST(Course, ABudgetThatEndsTheStudyNearItsPilotDecidesTheNumberByItself) {
  const Log log(course(kDetect, {kA}, {.budget = 120}), run(noisy(1)));
  EXPECT_THAT(log.end.stand.seeds, SizeIs(6));
  EXPECT_EQ(log.end.stand.pilot, 0);
}

TEST(Course, ABudgetOfTheStudyCountsAllWorkers) {
  const auto head = std::string(kSingle) + "seeds = 20\nbudget = \"100s\"";
  EXPECT_THAT(Log(course(head, {kA}), run(noisy(1))).end.stand.seeds, SizeIs(5));
  EXPECT_THAT(Log(course(head, {kA}, {.workers = 2}), run(noisy(1))).end.stand.seeds, SizeIs(10));
  EXPECT_THAT(Log(course(head, {kA}, {.budget = 5000}), run(noisy(1))).end.stand.seeds, SizeIs(20));
}

TEST(Course, ABudgetForOneSeedDecidesNothing) {
  const auto study = course(std::string(kSingle) + "seeds = 20", {kA}, {.budget = 5});
  const Log log(study, run(noisy(1)));
  EXPECT_THAT(log.end.stand.seeds, SizeIs(1));
  const auto table = analyse(study, log.end.stand, log.end.results);
  EXPECT_FALSE(table.rows[1].against_base);
  EXPECT_THAT(table.notes, Contains(HasSubstr("A single seed decides nothing")));
}

TEST(Course, TuningGetsHalfOfABudgetInEqualParts) {
  // 2 arms of 2 seeds: a setting of both takes 40 s, so that 160 s allow four.
  const Log log(course(kTuned, {kA}, {.budget = 320}), run(by_rate));
  EXPECT_THAT(log.end.stand.tuning[0].tried, SizeIs(3));
  EXPECT_THAT(log.end.stand.tuning[1].tried, SizeIs(4));
  EXPECT_THAT(log.sentences, Contains(HasSubstr("at most 4 settings each")));
}

TEST(Course, ABudgetWithoutRoomForTheGridLeavesTuningOut) {
  const Log log(course(kTuned, {kA}, {.budget = 100}), run(by_rate));
  EXPECT_THAT(log.end.stand.tuning, IsEmpty());
  EXPECT_THAT(log.end.stand.notes, Contains(StartsWith("Not tuned: the 3 settings")));
  for (const auto& arm : log.end.stand.arms) EXPECT_THAT(arm.tuned, IsEmpty());
}

// Kills

struct Killed {};

/// What a store keeps when its process is killed.
class StoredRun {
 public:
  StoredRun(made_up::Accuracy accuracy, std::map<std::string, Result>& stored, std::size_t allowed)
      : accuracy_(std::move(accuracy)), stored_(&stored), allowed_(allowed) {}

  std::vector<Result> operator()(std::span<const Trial> trials) {
    std::vector<Result> results;
    for (const auto& trial : trials) {
      const auto known = stored_->find(trial.fingerprint);
      if (known == stored_->end()) {
        if (allowed_-- == 0) throw Killed{};
        stored_->emplace(trial.fingerprint, made_up::result(trial, accuracy_(trial)));
      }
      results.push_back(stored_->at(trial.fingerprint));
    }
    return results;
  }

 private:
  made_up::Accuracy accuracy_;
  std::map<std::string, Result>* stored_;
  std::size_t allowed_;  ///< runs until the kill
};

/// What two tables must have in common to be the same.
std::string text_of(const StudyTable& table) {
  std::string text = fmt::format("{} runs, {} s, {} comparisons, seeds {}\n", table.runs,
                                 table.seconds, table.comparisons, table.seeds.size());
  for (const auto& row : table.rows) {
    text += fmt::format("{} rank {} mean {} {}", row.name, row.rank, row.value->mean,
                        row.value->deviation);
    if (row.against_base)
      text += fmt::format(" {} {} {}", row.against_base->difference.mean,
                          row.against_base->adjusted_p, name_of(row.against_base->verdict));
    for (const auto& number : row.tuned) text += " " + number.path + "=" + number.value;
    for (const auto& point : row.points) text += fmt::format(" {}:{}", point.seed, *point.value);
    text += "\n";
  }
  for (const auto* list : {&table.plan, &table.notes})
    for (const auto& sentence : *list) text += sentence + "\n";
  return text;
}

TEST(Course, KilledAtAnyRunItGoesOnToTheSameTable) {
  const auto head = std::string(kDetect) +
                    "tune = [\"optimizer.lr\"]\ntune_grid.optimizer.lr = [0.1, 0.2, 0.4]\n"
                    "tune_seeds = 1\n";
  for (const double budget : {0.0, 600.0}) {
    const auto study = course(head, {kA, kB}, {.budget = budget});
    std::map<std::string, Result> unbroken;
    const auto all = std::numeric_limits<std::size_t>::max();
    const auto expected = text_of(made_up::table(study, StoredRun(noisy(0.3), unbroken, all)));
    ASSERT_GT(unbroken.size(), 30U);
    for (std::size_t kill = 0; kill < unbroken.size(); ++kill) {
      std::map<std::string, Result> stored;
      EXPECT_THROW(made_up::table(study, StoredRun(noisy(0.3), stored, kill)), Killed);
      ASSERT_EQ(stored.size(), kill);
      const auto table = made_up::table(study, StoredRun(noisy(0.3), stored, all));
      ASSERT_EQ(text_of(table), expected) << "killed before run " << kill;
      ASSERT_EQ(stored.size(), unbroken.size());
    }
  }
}

}  // namespace
}  // namespace temper::study
