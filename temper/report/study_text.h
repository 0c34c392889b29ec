#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "temper/core/fields.h"
#include "temper/report/study_grid.h"
#include "temper/study/analysis/table.h"

/// What a study found, as text.
namespace temper::report {

enum class StudyFormat : std::uint8_t { text, markdown, csv, json, latex };

/// A table with aligned columns, for a terminal.
/// @param details  also what is second in importance, in brackets
std::string terminal_table(const Grid& grid, bool details = true);
/// A table of GitHub's Markdown; names are escaped.
std::string markdown_table(const Grid& grid);
/// A tabular for LaTeX's package booktabs; names are escaped.
std::string latex_table(const Grid& grid);

/// All tables, and what a reader must know of them.
/// text: for a terminal. markdown, latex: to be put into a document; every table has its title.
/// csv: as study_csv(). json: as study_json().
std::string to_text(const study::StudyTable& table, StudyFormat format = StudyFormat::text);

}  // namespace temper::report

template <>
struct temper::EnumNames<temper::report::StudyFormat> {
  static constexpr std::array<std::string_view, 5> value{"text", "markdown", "csv", "json",
                                                         "latex"};
};
