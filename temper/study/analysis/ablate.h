#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "temper/study/analysis/analyse.h"
#include "temper/study/analysis/course.h"
#include "temper/study/analysis/table.h"
#include "temper/study/engine/engine.h"
#include "temper/study/engine/store.h"
#include "temper/study/engine/trial.h"

/// A study from its file to its table.
namespace temper::study {

/// Gives the results of trials, those of all of them.
using Run = std::function<std::vector<Result>(std::span<const Trial> trials)>;

struct Followed {
  Stand stand;
  Results results;
};

/// Follows a study's course to its end: the next trials are run until there are none.
/// @param on_batch  is told where the study stands before each batch of trials
Followed follow(const Course& course, const Run& run,
                const std::function<void(const Stand&, const Results&)>& on_batch = {});

struct AblateOptions {
  EngineOptions engine = {};
  double budget = 0;  ///< seconds, in place of the study's own; 0: that
  /// Before each batch of trials: Stand::next says what they are for and what they cost.
  std::function<void(const Stand&)> on_batch = {};
  /// With every result, the table so far, without AnalyseOptions::extras.
  std::function<void(const StudyTable&)> on_table = {};
};

/// Runs a study and returns its table. What the store has is not run again, so a study that was
/// stopped or killed goes on where it was. Throws as run_trials() does, and Course::stand().
StudyTable ablate(const Study& study, Store& store, const AblateOptions& options);

struct Preview {
  Stand stand;  ///< stand.next: what would be run
  StudyTable table;
};

/// Of which tables AnalyseOptions::extras are computed.
enum class Extras : std::uint8_t { always, when_complete };

/// The table of the results in the store, and what ablate() would run next, again and again: the
/// data is opened once.
class Previewer {
 public:
  /// Opens the data of the base recipe. Throws as preview() does.
  Previewer(const Study& study, const AblateOptions& options);
  ~Previewer() = default;
  Previewer(const Previewer&) = delete;
  Previewer& operator=(const Previewer&) = delete;
  Previewer(Previewer&&) = delete;
  Previewer& operator=(Previewer&&) = delete;

  [[nodiscard]] Preview preview(const Store& store, Extras extras = Extras::always) const;

 private:
  Fingerprints fingerprints_;
  Course course_;  ///< asks fingerprints_
};

/// The same once.
Preview preview(const Study& study, const Store& store, const AblateOptions& options);

}  // namespace temper::study
