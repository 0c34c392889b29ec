#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/keys.h"
#include "temper/statistics/interval.h"
#include "temper/statistics/paired.h"

namespace temper::statistics {

/// What a comparison showed, among all those that were judged together.
enum class Verdict : std::uint8_t {
  better,        ///< the mean difference is different from 0, in the good direction
  worse,         ///< the same, in the bad one
  no_different,  ///< not shown to be different from 0, and shown to be within the margin
  undecided,     ///< neither: more seeds might decide
};

/// The numbers of the two sides, in the same order of seeds: is `a` better than `b`?
struct Comparison {
  std::span<const double> a;
  std::span<const double> b;
  std::int64_t pilot = 0;  ///< as in paired_difference(): pairs that the number of pairs hangs on
};

struct Judged {
  PairedDifference difference;
  Interval interval;                  ///< Student's t, of the level, for this comparison alone
  Interval simultaneous;              ///< Bonferroni-t: all comparisons' intervals cover at once
  double adjusted_p = 1;              ///< difference.p, by Holm
  double equivalence_p = 1;           ///< of two one-sided tests, for this comparison alone
  double adjusted_equivalence_p = 1;  ///< by Holm
  Verdict verdict = Verdict::undecided;

  static constexpr auto keys() {
    using J = Judged;
    return std::tuple{key("difference", &J::difference),
                      key("interval", &J::interval),
                      key("simultaneous", &J::simultaneous),
                      key("adjusted_p", &J::adjusted_p),
                      key("equivalence_p", &J::equivalence_p),
                      key("adjusted_equivalence_p", &J::adjusted_equivalence_p),
                      key("verdict", &J::verdict)};
  }
};

struct JudgeOptions {
  double level = 0.95;  ///< confidence of the intervals; tests are at 1 - level
  double margin = 0.2;  ///< the largest difference that does not matter, in the numbers' units
  bool higher_is_better = true;
};

/// The verdicts of comparisons that are shown together, such as the rows of a table. With
/// alpha = 1 - level: "better" or "worse" where Holm's adjusted p-value is at most alpha, by the
/// sign of the mean; else "no different within the margin" where the adjusted p-value of
/// equivalence is. So the probability that any row is wrongly called different is at most alpha,
/// and that any is wrongly called no different likewise. A row may be better by less than the
/// margin: the sign is known, and the equivalence p-value says that it does not matter.
///
/// The simultaneous intervals may include 0 for a row that Holm's procedure calls different; they
/// are the wider statement.
/// Differences without variance have no test: those that are 0 in every pair are no different, any
/// other is undecided, with p-values of 1 and intervals without width.
/// @param comparisons  none is allowed. Throws Error{Code::data} as paired_difference() does, and
/// for
///                     a level outside (0, 1) or a margin that is not positive.
std::vector<Judged> judge(std::span<const Comparison> comparisons,
                          const JudgeOptions& options = {});

/// What adjusted p-values say, as in judge().
Verdict verdict_on(const Judged& judged, const JudgeOptions& options);

}  // namespace temper::statistics

template <>
struct temper::EnumNames<temper::statistics::Verdict> {
  static constexpr std::array<std::string_view, 4> value{
      "better", "worse", "no different within the margin", "undecided"};
};
