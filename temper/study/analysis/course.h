#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/study/definition/arms.h"
#include "temper/study/definition/comparisons.h"
#include "temper/study/definition/study.h"
#include "temper/study/definition/tuning.h"
#include "temper/study/engine/result.h"
#include "temper/study/engine/trial.h"

/// The course of a study: tuning, pilot, number of seeds, runs. It is a function of the study and
/// of the results so far, so that a study that was killed goes on by itself.
namespace temper::study {

/// Results by fingerprint.
using Results = std::map<std::string, Result, std::less<>>;

struct CourseOptions {
  /// Seconds for the whole study, in place of its own; 0: that. All runs count that it rests on,
  /// also those that other studies made, so that it goes on after a kill as it would have.
  double budget = 0;
  double workers = 1;  ///< trials at a time, of all processes together
  /// Throws Error{Code::usage} for a recipe that can't be trained on its data; none: all can.
  std::function<void(const recipe::Recipe&)> check = {};
};

/// Trials to be run next, and why.
struct Batch {
  std::vector<Trial> trials;  ///< without those that have a result
  std::string sentence;       ///< what they are for, and their cost
};

/// How an arm's numbers were tuned.
struct Tuning {
  std::vector<Axis> axes;
  std::vector<Scored> tried;
  std::vector<std::size_t> at_edge;  ///< as BestPoint has it
  std::int64_t runs = 0;
  double seconds = 0;  ///< of the runs, one after another
  bool done = false;
};

/// Where a study stands.
struct Stand {
  std::vector<Arm> arms = {};            ///< with their tuned numbers, as far as they are known
  std::vector<Tuning> tuning = {};       ///< of each arm; empty: nothing is tuned
  std::vector<std::int64_t> seeds = {};  ///< of the table, as far as their number is known
  std::int64_t looks_planned_for = 0;    ///< seeds of the last look; 0: the study has no looks
  std::int64_t pilot = 0;  ///< so many of them decided their number: statistics::Comparison::pilot
  std::vector<std::string> plan = {};   ///< how the seeds were chosen, one sentence each
  std::vector<std::string> notes = {};  ///< what a reader must know, one sentence each
  Batch next = {};                      ///< no trials: the study is complete
};

class Course {
 public:
  /// The fingerprint of a trial, as Fingerprints::of() computes it.
  using Fingerprint = std::function<std::string(const Trial& trial)>;

  /// Throws Error{Code::usage} as arms() does.
  /// @param study  with its metric, see for_targets()
  Course(Study study, Fingerprint fingerprint, CourseOptions options = {});

  [[nodiscard]] const Study& study() const { return study_; }
  /// Before tuning.
  [[nodiscard]] const std::vector<Arm>& arms() const { return arms_; }
  [[nodiscard]] const std::vector<Comparison>& comparisons() const { return comparisons_; }
  [[nodiscard]] double budget() const;
  [[nodiscard]] double workers() const { return options_.workers; }

  /// Where the study stands. Results of other studies are used where the fingerprints are equal.
  /// Throws Error{Code::usage} if `detect` takes more than kMostSeeds seeds and there is no budget.
  [[nodiscard]] Stand stand(const Results& results) const;

  /// An arm with tuned numbers. Throws Error{Code::usage} where its recipe can't have them.
  [[nodiscard]] const Arm& tuned(std::size_t arm, const TunedValues& values) const;

  /// The trial of an arm.
  /// @param arms  all of them, with their tuned numbers
  [[nodiscard]] Trial trial(const std::vector<Arm>& arms, std::size_t arm, std::int64_t seed,
                            bool score_test) const;
  [[nodiscard]] const std::string& fingerprint(const std::vector<Arm>& arms, std::size_t arm,
                                               std::int64_t seed) const;

 private:
  [[nodiscard]] Trial without_fingerprint(const std::vector<Arm>& arms, std::size_t arm,
                                          std::int64_t seed) const;

  Study study_;
  std::vector<Arm> arms_;
  std::vector<Comparison> comparisons_;
  Fingerprint fingerprint_;
  CourseOptions options_;
  Measures measures_;
  std::vector<bool> teaches_;  ///< by arm
  /// Fingerprints by arm, tuned numbers and seed. Computing one takes a while: it compares every
  /// option.
  mutable std::map<std::string, std::string, std::less<>> known_;
  mutable std::map<std::pair<std::size_t, TunedValues>, Arm> tuned_;  ///< reads the recipe again
};

inline constexpr std::int64_t kMostSeeds = 1000;

}  // namespace temper::study
