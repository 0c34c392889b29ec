// Whole studies with simulated results: how often they call equal rows different, and how often
// they find the difference that they promise to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "temper/core/random.h"
#include "tests/study/analysis/made_up.h"

namespace temper::study {
namespace {

using statistics::Verdict;

constexpr double kDetect = 0.3;

/// Accuracies of one simulated study: arms share a part of their noise through the seed, and the
/// row `c` has an effect.
made_up::Accuracy simulated(std::uint64_t study, double effect) {
  return [study, effect](const Trial& trial) {
    const auto seed = static_cast<std::uint64_t>(trial.recipe.seed);
    const auto rows = made_up::rows_in(trial);
    const double shared = Random(study, Purpose::inspect, {seed}).normal();
    const double own = Random(study, Purpose::inspect, {seed, rows + 1}).normal();
    return 90 + 0.1 * shared + 0.225 * own + ((rows & 4U) != 0 ? effect : 0);
  };
}

struct Counts {
  double single = 0;  ///< rows whose own p-value, not adjusted, is at most 5%
  double any = 0;     ///< studies that call any row but c different
  double found = 0;   ///< studies that call row c better
  double seeds = 0;   ///< mean number of seeds
};

Counts simulate(const std::vector<std::string>& rows, double effect, const std::string& head,
                std::uint64_t studies = 2000) {
  const auto study = made_up::course("mode = \"one_at_a_time\"\n" + head, rows);
  const double each = 1 / static_cast<double>(studies);
  Counts counts;
  double null_rows = 0;
  for (std::uint64_t i = 0; i < studies; ++i) {
    const auto table = made_up::table(study, made_up::run(simulated(i, effect)), {.extras = false});
    counts.seeds += static_cast<double>(table.seeds.size()) * each;
    bool any = false;
    for (const auto& row : table.rows) {
      if (!row.against_base) continue;
      const bool different = row.against_base->verdict == Verdict::better ||
                             row.against_base->verdict == Verdict::worse;
      if (effect != 0 && row.name == "c") {
        counts.found += static_cast<double>(row.against_base->verdict == Verdict::better) * each;
        continue;
      }
      ++null_rows;
      counts.single += static_cast<double>(row.against_base->difference.p <= 0.05);
      any |= different;
    }
    counts.any += static_cast<double>(any) * each;
  }
  counts.single /= std::max(null_rows, 1.0);
  return counts;
}

const std::string kPlanned = "detect = 0.3\npilot = 5\n";

TEST(SimulatedStudies, AnEqualRowIsCalledDifferentAsOftenAsTheLevelSays) {
  const auto counts = simulate({made_up::kA}, 0, kPlanned);
  EXPECT_GE(counts.any, 0.03);
  EXPECT_LE(counts.any, 0.07);
  EXPECT_NEAR(counts.any, counts.single, 1e-9);
}

TEST(SimulatedStudies, AmongSeveralEqualRowsAnyIsCalledDifferentNoMoreOftenThanTheLevelSays) {
  const auto counts = simulate({made_up::kA, made_up::kB, made_up::kC}, 0, kPlanned);
  EXPECT_GE(counts.single, 0.03);
  EXPECT_LE(counts.single, 0.07);
  EXPECT_LE(counts.any, 0.07);
}

TEST(SimulatedStudies, AFixedNumberOfSeedsHoldsTheLevelToo) {
  const auto counts = simulate({made_up::kA, made_up::kB, made_up::kC}, 0, "seeds = 4\n");
  EXPECT_GE(counts.single, 0.03);
  EXPECT_LE(counts.single, 0.07);
  EXPECT_LE(counts.any, 0.07);
}

TEST(SimulatedStudies, LooksHoldTheLevelTogether) {
  const auto counts =
      simulate({made_up::kA, made_up::kB, made_up::kC}, 0, "seeds = 12\nlooks = 4\n", 1000);
  EXPECT_LE(counts.any, 0.07);
  EXPECT_GE(counts.any, 0.02);
}

TEST(SimulatedStudies, ALargeDifferenceEndsAStudyAtAnEarlyLook) {
  const auto counts = simulate({made_up::kC}, 1, "seeds = 12\nlooks = 4\n", 200);
  EXPECT_LT(counts.seeds, 10);
  EXPECT_GE(counts.found, 0.99);
}

TEST(SimulatedStudies, TheDifferenceThatDetectPromisesIsFound) {
  const auto counts = simulate({made_up::kC}, kDetect, kPlanned);
  EXPECT_GE(counts.found, 0.75) << counts.seeds << " seeds on average";
  EXPECT_LE(counts.found, 0.85) << counts.seeds << " seeds on average";
}

TEST(SimulatedStudies, AmongSeveralRowsItIsFoundToo) {
  const auto counts = simulate({made_up::kA, made_up::kB, made_up::kC}, kDetect, kPlanned);
  EXPECT_GE(counts.found, 0.75) << counts.seeds << " seeds on average";
  EXPECT_LE(counts.found, 0.85) << counts.seeds << " seeds on average";
  EXPECT_LE(counts.any, 0.07);
}

}  // namespace
}  // namespace temper::study
