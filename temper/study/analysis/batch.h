#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "temper/study/analysis/course.h"

namespace temper::study {

/// Training time of a run; nullopt where it is not known.
std::optional<double> seconds_of(const Result& result);

/// What runs have taken so far, from which the cost of others is estimated.
class Costs {
 public:
  void add(std::size_t arm, const Result& result);
  /// Mean seconds of the arm's runs, or of all where it has none; nullopt: there are none at all.
  [[nodiscard]] std::optional<double> of(std::size_t arm) const;

 private:
  struct Sum {
    double seconds = 0;
    std::int64_t runs = 0;
  };
  std::map<std::size_t, Sum> by_arm_;
  Sum all_;
};

/// "20 runs, about 12:34"; without the time where no cost is known. @param seconds  on the clock
std::string cost_text(std::int64_t runs, std::optional<double> seconds);

/// Collects the trials of a batch: each once, without those that have a result, teachers before
/// their students.
class BatchBuilder {
 public:
  BatchBuilder(const Course& course, const Results& results) : course_(course), results_(results) {}

  /// The trial of an arm, unless it has a result.
  /// @return that result, or null
  const Result* add(const std::vector<Arm>& arms, std::size_t arm, std::int64_t seed,
                    bool score_test);

  [[nodiscard]] bool empty() const { return batch_.trials.empty(); }
  /// @param purpose  what the trials are for; their cost is put after it
  [[nodiscard]] Batch finished(const std::string& purpose, const Costs& costs);

 private:
  void put(const std::vector<Arm>& arms, std::size_t arm, std::int64_t seed, bool score_test);

  const Course& course_;
  const Results& results_;
  Batch batch_;
  std::vector<std::size_t> arms_;  ///< of each trial
  std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace temper::study
