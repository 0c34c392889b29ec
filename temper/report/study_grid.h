#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/statistics/verdict.h"
#include "temper/study/analysis/table.h"

/// The tables of a study, each once, in a form that the page, the terminal, Markdown and LaTeX are
/// written from.
namespace temper::report {

struct GridCell {
  std::string text;
  std::string detail = {};  ///< second in importance: an interval, a p-value
  std::optional<statistics::Verdict> verdict = {};  ///< that the text names
};

struct GridColumn {
  std::string title;
  bool left = false;  ///< aligned: for words
};

struct Grid {
  std::string title;
  std::vector<GridColumn> columns;
  std::vector<std::vector<GridCell>> rows;

  /// It has no rows, or names alone: none of its numbers is known yet.
  [[nodiscard]] bool is_empty() const { return rows.empty() || columns.size() < 2; }
};

/// The rows of one length of the run, without those that leave a row out; columns that no row has a
/// number for are left out.
/// @param length  of StudyTable::lengths; none: the base's own
Grid rows_grid(const study::StudyTable& table, std::optional<std::size_t> length = {});
/// The combinations of all rows but one, where the rows above are added to one another.
Grid left_out_grid(const study::StudyTable& table);
/// Sums of gains by tag.
Grid sums_grid(const study::StudyTable& table);
/// 2 x 2: architecture, training, interaction. In mode orders: what each row contributes.
Grid effects_grid(const study::StudyTable& table);
Grid interactions_grid(const study::StudyTable& table);
Grid claims_grid(const study::StudyTable& table);
Grid undecided_grid(const study::StudyTable& table);

/// All of these that have rows, in the order in which they are shown.
std::vector<Grid> grids(const study::StudyTable& table);

/// While the study goes on: what has been run, and the means so far. Fits a narrow terminal.
Grid live_grid(const study::StudyTable& table);

/// "+0.31", with a typographic minus sign; "+" for positive numbers only.
std::string signed_text(double number, int digits);
/// "+0.10 to +0.52"
std::string signed_interval(const statistics::Interval& interval, int digits);
/// "0.031", "< 0.001"
std::string p_text(double p);
/// "+0.31 points", with the column's unit.
std::string with_unit(std::string text, const study::Column& column);
/// "test accuracy, %": the title of the column's values.
std::string value_title(const study::Column& column);

/// What the differences to the rows above, or to the row that a row extends, are called.
std::string before_title(const study::StudyTable& table);

/// How the numbers were made: seeds, what the intervals cover, corrections, verdicts, the plan. One
/// sentence each; StudyTable::notes are not among them.
std::vector<std::string> method_sentences(const study::StudyTable& table);

}  // namespace temper::report
