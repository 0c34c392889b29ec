#pragma once
#include <optional>
#include <string>
#include <vector>

#include "temper/report/study_grid.h"
#include "temper/study/analysis/table.h"

/// Which of the differences between two recipes the difference of their results is due to: the
/// table of a study whose rows are these differences (study/definition/why.h).
namespace temper::report {

struct AttributedRow {
  std::string name;
  study::Tag tag = study::Tag::none;
  std::optional<statistics::Judged> alone;     ///< on the base alone
  std::optional<statistics::Judged> share;     ///< of the difference; see Attribution::adds_up
  std::optional<statistics::Judged> left_out;  ///< what it adds to all the others
  std::optional<double> part;  ///< share / total, where the total is known to be different from 0
};

struct Attribution {
  /// All rows together against the base; empty while runs are missing, or where one diverged.
  std::optional<statistics::Judged> total;
  /// Whether the shares add up to the total: in mode orders, where they are means over all orders
  /// in which the rows can be added (Shapley values), and in mode additive, where they are for the
  /// rows' order in the study.
  bool adds_up = false;
  std::vector<AttributedRow> rows;
  std::vector<std::string> notes;  ///< what a reader must know, one sentence each
};

/// @param table  of a study in mode orders, additive, leave_one_out or one_at_a_time
Attribution attribution(const study::StudyTable& table);

Grid attribution_grid(const Attribution& attribution, const study::StudyTable& table);

/// For a terminal: the difference in a sentence, the rows, the notes.
std::string to_text(const Attribution& attribution, const study::StudyTable& table);

}  // namespace temper::report
