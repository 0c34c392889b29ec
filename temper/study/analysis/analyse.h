#pragma once
#include <functional>
#include <set>
#include <string>

#include "temper/study/analysis/course.h"
#include "temper/study/analysis/table.h"

namespace temper::study {

struct AnalyseOptions {
  /// The intervals over images, and what deciding the undecided differences would take. They are
  /// too slow for a table that fills in.
  bool extras = true;
  std::set<std::string, std::less<>> older = {};  ///< fingerprints that results of another numerics
                                                  ///< version have
};

/// The table of a study from the results so far. Until the study is complete it has validation
/// figures alone, no verdicts and no p-values, so that nobody decides by them when to stop. Then
/// all verdicts are on the test set, if there is one. All differences are judged together: Holm's
/// p-values and the simultaneous intervals are adjusted for all of them, claims apart, which are
/// adjusted among themselves. Further columns are adjusted each for its own rows.
StudyTable analyse(const Course& course, const Stand& stand, const Results& results,
                   const AnalyseOptions& options = {});

}  // namespace temper::study
