#include "temper/statistics/two_stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/statistics/search.h"
#include "temper/statistics/verdict.h"

namespace temper::statistics {
namespace {

using Numbers = std::vector<double>;

const Numbers kQuiet{0.10, -0.05, 0.20, 0.02, 0.13};
const Numbers kNoisy{0.50, -0.40, 0.70, -0.10, 0.20};

TwoStage planned(const std::vector<Numbers>& rows, double detect = 0.3, double power = 0.8,
                 std::int64_t comparisons = 0) {
  return plan_two_stage(rows, detect, power, 0.95, comparisons);
}

TEST(TwoStage, AsksForMoreSeedsWhereMoreIsAsked) {
  const auto plan = planned({kNoisy});
  EXPECT_GT(planned({kNoisy}, 0.2).n, plan.n);
  EXPECT_GT(planned({kNoisy}, 0.3, 0.9).n, plan.n);
  EXPECT_GT(planned({kNoisy}, 0.3, 0.8, 10).n, plan.n);
  EXPECT_LT(planned({kQuiet}).n, plan.n);
  EXPECT_EQ(planned({kNoisy}, 0.3, 0.8, 1).n, plan.n);
}

TEST(TwoStage, IsTheSameInAnyUnit) {
  Numbers percent;
  for (const double value : kNoisy) percent.push_back(100 * value);
  EXPECT_EQ(planned({percent}, 30).n, planned({kNoisy}, 0.3).n);
  Numbers shifted;
  for (const double value : kNoisy) shifted.push_back(value + 7);
  EXPECT_EQ(planned({shifted}).n, planned({kNoisy}).n);  // the means have no say
}

TEST(TwoStage, OneRowNeedsWhatThePlanSays) {
  const auto plan = planned({kNoisy});
  ASSERT_EQ(plan.by_row.size(), 1U);
  EXPECT_EQ(plan.by_row[0], plan.n);
}

TEST(TwoStage, PoolsTheRowsAndTellsWhatEachNeeds) {
  const auto plan = planned({kQuiet, kNoisy, kQuiet});
  EXPECT_EQ(plan.row, 1U);
  EXPECT_GT(plan.by_row[1], plan.n);
  EXPECT_LT(plan.by_row[0], plan.n);
  EXPECT_EQ(plan.by_row[0], plan.by_row[2]);
  EXPECT_EQ(plan.by_row[1], planned({kNoisy}, 0.3, 0.8, 3).n);
}

TEST(TwoStage, AtLeastAFewSeedsFollowThePilot) {
  EXPECT_EQ(planned({kQuiet}, 100).n, 5 + kLeastAfterPilot);
  EXPECT_EQ(planned({Numbers(4, 0.1)}).n, 4 + kLeastAfterPilot);
  EXPECT_EQ(planned({kQuiet}, 1e-7).n, kMostPairs);
}

TEST(TwoStage, WhatIsDetectableIsWhatThePlanWouldDetect) {
  const auto n = planned({kNoisy}, 0.3, 0.8, 10).n;
  EXPECT_LE(detectable_after_pilot(kNoisy, n, 0.8, 0.95, 10), 0.3);
  EXPECT_GT(detectable_after_pilot(kNoisy, n - 1, 0.8, 0.95, 10), 0.3);
}

TEST(TwoStage, RefusesWhatItCannotPlan) {
  EXPECT_THROW(planned({}), Error);
  EXPECT_THROW(planned({Numbers{1}}), Error);
  EXPECT_THROW(planned({Numbers{1, std::numeric_limits<double>::infinity()}}), Error);
  EXPECT_THROW(planned({kQuiet}, 0), Error);
  EXPECT_THROW(planned({kQuiet}, 0.3, 0.04), Error);
  EXPECT_THROW(planned({kQuiet}, 0.3, 1), Error);
  EXPECT_THROW(plan_two_stage(std::vector<Numbers>{kQuiet}, 0.3, 0.8, 95), Error);
  EXPECT_THROW(planned({kQuiet}, 0.3, 0.8, -1), Error);
  EXPECT_THROW(detectable_after_pilot(kQuiet, 5, 0.8, 0.95, 1), Error);
}

constexpr double kDetect = 0.3;

/// A study from the pilot to the verdicts. Each row is compared with the base, whose runs they
/// share.
class SimulatedStudy {
 public:
  /// @param deviations  of the paired differences of each row, by the difference to be detected; at
  ///                    least 1
  SimulatedStudy(std::uint64_t seed, Numbers deviations, std::int64_t pilot)
      : seed_(seed), pilot_(pilot), deviations_(std::move(deviations)) {
    run(0, pilot);
    std::vector<Numbers> differences(deviations_.size());
    for (std::size_t row = 0; row < deviations_.size(); ++row)
      for (std::size_t i = 0; i < base_.size(); ++i)
        differences[row].push_back(rows_[row][i] - base_[i]);
    plan_ = plan_two_stage(differences, kDetect, 0.8, 0.95);
    run(pilot, std::max(plan_.n, std::ranges::max(plan_.by_row)));
  }

  /// The number of seeds of each row: one for all, or what each needs.
  [[nodiscard]] std::vector<std::int64_t> one_number() const {
    return std::vector(deviations_.size(), plan_.n);
  }
  [[nodiscard]] const std::vector<std::int64_t>& by_row() const { return plan_.by_row; }

  /// Which rows are called different.
  /// @param effects  what each row adds to the results; it changes no deviation, and so no plan
  [[nodiscard]] std::vector<bool> different(const std::vector<std::int64_t>& seeds,
                                            const Numbers& effects) const {
    auto rows = rows_;
    std::vector<Comparison> comparisons;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (double& value : rows[row]) value += effects[row];
      const auto n = static_cast<std::size_t>(seeds[row]);
      comparisons.push_back({std::span(rows[row]).first(n), std::span(base_).first(n), pilot_});
    }
    std::vector<bool> result;
    for (const auto& one : judge(comparisons))
      result.push_back(one.verdict == Verdict::better || one.verdict == Verdict::worse);
    return result;
  }

 private:
  /// Runs of the base and the rows with the seeds from the first to the last, which it leaves out.
  void run(std::int64_t first, std::int64_t last) {
    rows_.resize(deviations_.size());
    for (auto i = static_cast<std::uint64_t>(first); i < static_cast<std::uint64_t>(last); ++i) {
      Random random(seed_, Purpose::inspect, {i});
      base_.push_back(91 + kDetect * std::sqrt(0.8) * random.normal());
      for (std::size_t row = 0; row < rows_.size(); ++row) {
        const double own = deviations_[row] * deviations_[row] - 0.8;
        rows_[row].push_back(91 + kDetect * std::sqrt(own) * random.normal());
      }
    }
  }

  std::uint64_t seed_;
  std::int64_t pilot_;
  Numbers deviations_;
  Numbers base_;
  std::vector<Numbers> rows_;
  TwoStage plan_;
};

constexpr int kStudies = 2000;

double share(int count, int of = kStudies) {
  return count / static_cast<double>(of);
}

TEST(TwoStageSimulation, OneRowHasTheLevelAndThePower) {
  int different = 0, found = 0;
  for (int i = 0; i < kStudies; ++i) {
    const SimulatedStudy study(static_cast<std::uint64_t>(i), {1.5}, 5);
    different += study.different(study.one_number(), {0})[0];
    found += study.different(study.one_number(), {kDetect})[0];
  }
  EXPECT_GT(share(different), 0.03);
  EXPECT_LT(share(different), 0.07);
  EXPECT_GT(share(found), 0.75);
  EXPECT_LT(share(found), 0.85);
}

TEST(TwoStageSimulation, RowsOfDifferentDeviationHaveTheLevelAndThePower) {
  const Numbers deviations{1, 1.2, 1.4, 1.6, 1.8};
  const auto rows = deviations.size();
  int any_different = 0, found = 0;
  std::vector<int> found_by_row(rows);
  for (int i = 0; i < kStudies; ++i) {
    const SimulatedStudy study(static_cast<std::uint64_t>(kStudies + i), deviations, 5);
    const auto none = study.different(study.one_number(), Numbers(rows));
    any_different += std::ranges::count(none, true) > 0;
    const auto row = static_cast<std::size_t>(i) % rows;
    Numbers effects(rows);
    effects[row] = kDetect;
    found += study.different(study.one_number(), effects)[row];
    found_by_row[row] += study.different(study.by_row(), effects)[row];
  }
  EXPECT_GT(share(any_different), 0.02);  // Holm's procedure is careful with rows that share a base
  EXPECT_LT(share(any_different), 0.07);
  EXPECT_GT(share(found), 0.75);
  EXPECT_LT(share(found), 0.85);
  EXPECT_GT(share(std::reduce(found_by_row.begin(), found_by_row.end())), 0.75);
  EXPECT_LT(share(std::reduce(found_by_row.begin(), found_by_row.end())), 0.86);
  for (const int count : found_by_row) {  // 400 studies each: with a standard error of 2%
    EXPECT_GT(share(count, kStudies / 5), 0.73);
    EXPECT_LT(share(count, kStudies / 5), 0.91);
  }
}

}  // namespace
}  // namespace temper::statistics
