#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "temper/statistics/verdict.h"
#include "temper/study/analysis/samples.h"

namespace temper::study {

/// The margin of a figure for which none is known: nothing but what is equal is called so.
inline constexpr double kNoMargin = std::numeric_limits<double>::min();

/// The pilot that a test of so many pairs takes account of. While the seeds after the pilot are
/// still missing, the pilot is a part like any other: 0.
/// @param pilot  Stand::pilot
std::int64_t pilot_of(std::int64_t pairs, std::int64_t pilot);

/// Judges all sides together, see statistics::judge().
/// @param pilot  Stand::pilot
std::vector<statistics::Judged> judge(std::span<const Sides> sides,
                                      const statistics::JudgeOptions& options, std::int64_t pilot);

/// Takes away what would tell the verdict of a study that has not finished: t and all p-values
/// become NaN, the verdict undecided.
void withhold(statistics::Judged& judged);

/// Contrasts that were judged together. Those without enough runs, and those with a run that
/// diverged, are not among them.
class Judgements {
 public:
  /// @param options  its higher_is_better is that of the column
  /// @param pilot    Stand::pilot
  Judgements(std::span<const Contrast> contrasts, std::span<const ArmFigures> arms,
             const Column& column, statistics::JudgeOptions options, std::int64_t pilot);

  /// Verdicts by the looks of a study: different are those that a look decided, and only those.
  void take_looks(const std::set<Contrast>& decided, bool higher_is_better);

  /// withhold() for all of them: not all of the planned runs have ended.
  void withhold_verdicts();

  [[nodiscard]] std::optional<statistics::Judged> of(const Contrast& contrast) const;
  [[nodiscard]] const std::map<Contrast, statistics::Judged>& all() const { return all_; }

 private:
  std::map<Contrast, statistics::Judged> all_;
};

}  // namespace temper::study
