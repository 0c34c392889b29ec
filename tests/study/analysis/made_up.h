#pragma once
// Studies whose trials are not trained: their results are made up.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/study/analysis/ablate.h"
#include "temper/study/analysis/analyse.h"
#include "temper/study/analysis/course.h"
#include "temper/study/definition/rules.h"

namespace temper::study::made_up {

/// Rows that a trial's recipe shows: `a` replaces labels, `b` drops some, `c` limits the images.
inline constexpr auto kA = R"([[row]]
name = "a"
tag = "training"
set.data.label_noise = 0.1
)";
inline constexpr auto kB = R"([[row]]
name = "b"
tag = "regularization"
set.data.labelled = 0.5
)";
inline constexpr auto kC = R"([[row]]
name = "c"
tag = "regularization"
set.data.limit = 100
)";

/// Bit 0: row a is in; bit 1: b; bit 2: c.
inline std::size_t rows_in(const Trial& trial) {
  const auto& data = trial.recipe.data;
  return (data.label_noise > 0 ? 1U : 0U) + (data.labelled < 1 ? 2U : 0U) +
         (data.limit > 0 ? 4U : 0U);
}

/// @param head  the study's options
inline Course course(const std::string& head, const std::vector<std::string>& rows,
                     const CourseOptions& options = {}) {
  auto text = head + "\n[base]\nepochs = 1\n";
  for (const auto& row : rows) text += row;
  return {for_targets(parse_study(text, "study.toml"), /*regression=*/false),
          [](const Trial& trial) { return trial.label; }, options};
}

/// Accuracy of a trial on the test set in percent; nullopt: it diverges.
using Accuracy = std::function<std::optional<double>(const Trial& trial)>;

/// A trial of ten seconds. On the validation set it is one point worse.
inline Result result(const Trial& trial, std::optional<double> accuracy) {
  Result made{.fingerprint = trial.fingerprint,
              .numerics = recipe::kNumerics,
              .seed = trial.recipe.seed,
              .outcome = accuracy ? kFinished : kDiverged,
              .label = trial.label,
              .measures = asked(trial)};
  made.figures["seconds"] = 10;
  if (!accuracy) return made;
  made.figures["validation.accuracy"] = (*accuracy - 1) / 100;
  if (trial.score_test) made.figures["test.accuracy"] = *accuracy / 100;
  return made;
}

inline Run run(const Accuracy& accuracy) {
  return [accuracy](std::span<const Trial> trials) {
    std::vector<Result> results;
    for (const auto& trial : trials) results.push_back(result(trial, accuracy(trial)));
    return results;
  };
}

/// The accuracies of seeds 1, 2 and 3 by rows_in().
inline Accuracy listed(const std::map<std::size_t, std::vector<double>>& by_rows) {
  return [by_rows](const Trial& trial) {
    return by_rows.at(rows_in(trial)).at(static_cast<std::size_t>(trial.recipe.seed) - 1);
  };
}

/// Of the base, rows a and b alone, and both; the expected figures in the tests beside this file
/// were computed by scipy 1.16.
inline const std::map<std::size_t, std::vector<double>> kListed{{0, {80.0, 80.4, 80.2}},
                                                                {1, {81.0, 81.2, 81.4}},
                                                                {2, {81.5, 82.1, 81.6}},
                                                                {3, {83.0, 82.8, 83.2}}};

inline StudyTable table(const Course& course, const Run& run, const AnalyseOptions& options = {}) {
  const auto followed = follow(course, run);
  return analyse(course, followed.stand, followed.results, options);
}

}  // namespace temper::study::made_up
