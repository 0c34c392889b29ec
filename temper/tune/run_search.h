#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "temper/study/engine/engine.h"
#include "temper/study/engine/store.h"
#include "temper/tune/search.h"

/// A search from its file to its table. Its trials are those of study/engine: each a run directory
/// of its own below the folder, with the results in results.csv.
namespace temper::tune {

/// A score of a trial on the validation set.
struct RungScore {
  std::int64_t epochs = 0;      ///< trained so far; 0: all
  std::optional<double> score;  ///< in the metric's unit; empty: it diverged
};

struct Tried {
  std::int64_t number = 0;          ///< from 0
  std::vector<std::string> values;  ///< TOML, one for each parameter
  std::string fingerprint;          ///< of the whole trial: the name of its folder
  std::vector<RungScore> rungs;     ///< that it has reached, ascending; none: it has not ended yet
  double seconds = 0;               ///< of training

  /// Its last score; empty where it has none.
  [[nodiscard]] std::optional<double> score() const {
    return rungs.empty() ? std::nullopt : rungs.back().score;
  }
  [[nodiscard]] bool diverged() const { return !rungs.empty() && !rungs.back().score; }
};

/// What a search found. All scores are of the validation set.
struct SearchTable {
  std::string name;
  std::string description;
  Method method = Method::random;
  Metric metric = Metric::accuracy;
  bool regression = false;
  std::vector<Parameter> parameters;
  std::vector<std::int64_t> rungs;  ///< of asha: their epochs
  std::int64_t eta = 0;             ///< of asha
  std::vector<Tried> trials;        ///< in the order of their numbers
  /// The best of those that got farthest. Empty: none has a score.
  std::optional<std::size_t> best;
  bool complete = false;
  double seconds = 0;  ///< of training, one run after another

  [[nodiscard]] bool higher_is_better() const { return metric == Metric::accuracy; }
  /// The places of the trials: those that got farther first, of these the best.
  [[nodiscard]] std::vector<std::size_t> ranking() const;
};

/// Runs a search, or goes on with one that was stopped or killed: what the store has is not run
/// again. No trial sees the test set (EngineOptions::withhold_test). When it has ended, only the
/// best trial's run directory is kept, unless Search::keep_runs.
///
/// With asha the next step is a function of the results so far, so with one job at a time a search
/// that was killed goes on as it would have.
///
/// Throws as run_trials() does, and Error{Code::usage} for data without a validation set and for a
/// share with asha.
SearchTable run_search(const Search& search, study::Store& store,
                       const study::EngineOptions& options);

/// The table of the results that the store has.
SearchTable search_table(const Search& search, const study::Store& store);

}  // namespace temper::tune
