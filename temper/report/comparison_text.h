#pragma once
#include <string>
#include <vector>

#include "temper/report/comparison.h"
#include "temper/report/study_grid.h"
#include "temper/report/table_format.h"

/// What a comparison of runs found, as tables.
namespace temper::report {

/// The options that differ.
/// @param changes_results  those that change results, or the others
Grid recipe_grid(const Comparison& comparison, bool changes_results);
/// A row for each run, and one for the mean of the probabilities of all, if there are three or
/// more.
Grid results_grid(const Comparison& comparison);
/// Two runs in a row: who is right where the other is wrong, McNemar's test, agreement, ensemble.
Grid pairs_grid(const Comparison& comparison);
/// The recall of each run for each class; of many classes those with the largest differences.
Grid classes_grid(const Comparison& comparison);
/// Images that not all runs classify rightly or wrongly, at most `limit`, those first for which the
/// runs that are wrong are most confident.
/// @param names  of all test images, or none: their numbers are shown
Grid images_grid(const Comparison& comparison, const std::vector<std::string>& names,
                 std::size_t limit);

/// How the numbers were made, one sentence each; Comparison::notes are not among them.
std::vector<std::string> method_sentences(const Comparison& comparison);

/// text: for a terminal. csv: a line for each run, as results.csv has them. json: everything.
std::string to_text(const Comparison& comparison, TableFormat format = TableFormat::text);

/// CSV: every such image with its label and what each run predicts, with which probability.
/// @param names  of all test images, or none: their numbers are written
std::string images_csv(const Comparison& comparison, const std::vector<std::string>& names);

}  // namespace temper::report
