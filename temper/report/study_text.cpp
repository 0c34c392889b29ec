#include "temper/report/study_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "temper/core/printable.h"
#include "temper/report/markdown.h"
#include "temper/report/study_csv.h"
#include "temper/report/study_json.h"

namespace temper::report {
namespace {

/// Columns that text takes on a terminal: code points.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string with_detail(const GridCell& cell) {
  if (cell.detail.empty()) return cell.text;
  return cell.text.empty() ? cell.detail : fmt::format("{} ({})", cell.text, cell.detail);
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return left ? text + space : space + text;
}

std::string without_end(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// Every character is replaced by what `escape` gives for it.
std::string escaped(std::string_view text, const std::function<std::string(char)>& escape) {
  std::string result;
  for (const char c : printable(text)) result += escape(c);
  return result;
}

/// The signs that the tables put between numbers.
std::string latex_signs(std::string text) {
  for (const auto& [from, to] : {std::pair<std::string_view, std::string_view>{"−", "$-$"},
                                 {"±", "$\\pm$"},
                                 {"\u202f", "\\,"}})
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  return text;
}

std::string latex(std::string_view text) {
  return latex_signs(escaped(text, [](char c) -> std::string {
    switch (c) {
      case '\\':
        return "\\textbackslash{}";
      // After the end of a row these would be arguments of it.
      case '[':
        return "{[}";
      case '*':
        return "{*}";
      case '~':
        return "\\textasciitilde{}";
      case '^':
        return "\\textasciicircum{}";
      case '<':
        return "\\textless{}";
      case '>':
        return "\\textgreater{}";
      case '"':
        return "{''}";  // \\textquotedbl needs the font encoding T1
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        return {'\\', c};
      default:
        return {c};
    }
  }));
}

using Escape = std::string (*)(std::string_view);

/// "a | b | c"
std::string joined(const std::vector<std::string>& cells, std::string_view between) {
  return fmt::format("{}", fmt::join(cells, between));
}

std::vector<std::string> titles(const Grid& grid, Escape escape) {
  std::vector<std::string> list;
  for (const auto& column : grid.columns) list.push_back(escape(column.title));
  return list;
}

std::vector<std::string> cells(const std::vector<GridCell>& row, Escape escape) {
  std::vector<std::string> list;
  for (const auto& cell : row) list.push_back(escape(with_detail(cell)));
  return list;
}

/// What must be known of this study, then how such numbers are made.
std::vector<std::string> sentences(const study::StudyTable& table) {
  auto list = table.notes;
  const auto method = method_sentences(table);
  list.insert(list.end(), method.begin(), method.end());
  return list;
}

std::string document_text(const study::StudyTable& table) {
  std::string text = fmt::format("{}\n", printable(table.name));
  if (!table.description.empty()) text += fmt::format("{}\n", printable(table.description));
  for (const auto& grid : grids(table))
    text += fmt::format("\n{}\n{}", printable(grid.title), terminal_table(grid));
  text += '\n';
  for (const auto& sentence : sentences(table)) text += fmt::format("{}\n", printable(sentence));
  return text;
}

std::string document_markdown(const study::StudyTable& table) {
  std::string text;
  for (const auto& grid : grids(table))
    text += fmt::format("**{}**\n\n{}\n", markdown(grid.title), markdown_table(grid));
  for (const auto& sentence : sentences(table)) text += fmt::format("- {}\n", markdown(sentence));
  return text;
}

std::string document_latex(const study::StudyTable& table) {
  std::string text = "% needs \\usepackage{booktabs}\n";
  for (const auto& grid : grids(table))
    text += fmt::format("% {}\n{}\n", printable(grid.title), latex_table(grid));
  for (const auto& sentence : sentences(table)) text += latex(sentence) + "\n";
  return text;
}

}  // namespace

std::string terminal_table(const Grid& grid, bool details) {
  std::vector<std::vector<std::string>> lines{{}};
  for (const auto& column : grid.columns) lines.front().push_back(printable(column.title));
  for (const auto& row : grid.rows) {
    auto& line = lines.emplace_back();
    for (const auto& cell : row) line.push_back(printable(details ? with_detail(cell) : cell.text));
  }
  std::vector<std::size_t> widths(grid.columns.size(), 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  std::string text;
  for (const auto& line : lines) {
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < line.size(); ++i)
      shown.push_back(padded(line[i], widths[i], grid.columns[i].left));
    text += without_end(joined(shown, "  ")) + "\n";
  }
  return text;
}

std::string markdown_table(const Grid& grid) {
  auto text = fmt::format("| {} |\n|", joined(titles(grid, markdown), " | "));
  for (const auto& column : grid.columns) text += column.left ? "---|" : "---:|";
  text += '\n';
  for (const auto& row : grid.rows)
    text += fmt::format("| {} |\n", joined(cells(row, markdown), " | "));
  return text;
}

std::string latex_table(const Grid& grid) {
  std::string places;
  for (const auto& column : grid.columns) places += column.left ? 'l' : 'r';
  auto text = fmt::format("\\begin{{tabular}}{{{}}}\n\\toprule\n{} \\\\\n\\midrule\n", places,
                          joined(titles(grid, latex), " & "));
  for (const auto& row : grid.rows)
    text += fmt::format("{} \\\\\n", joined(cells(row, latex), " & "));
  return text + "\\bottomrule\n\\end{tabular}\n";
}

std::string to_text(const study::StudyTable& table, StudyFormat format) {
  switch (format) {
    case StudyFormat::markdown:
      return document_markdown(table);
    case StudyFormat::csv:
      return study_csv(table);
    case StudyFormat::json:
      return study_json_text(table);
    case StudyFormat::latex:
      return document_latex(table);
    case StudyFormat::text:
      return document_text(table);
  }
  return {};
}

}  // namespace temper::report
