#include "temper/report/study_csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "temper/report/csv_line.h"
#include "temper/statistics/verdict.h"

namespace temper::report {
namespace {

using statistics::Judged;
using study::StudyTable;
using study::TableRow;

std::optional<double> maybe(const std::optional<Judged>& judged, double value) {
  return judged ? std::optional(value) : std::nullopt;
}

void add_judged(CsvLine& line, const std::string& name, const std::optional<Judged>& judged) {
  const auto j = judged.value_or(Judged{});
  line.add(name, maybe(judged, j.difference.mean));
  line.add(name + "_deviation", maybe(judged, j.difference.deviation));
  line.add(name + "_low", maybe(judged, j.interval.low));
  line.add(name + "_high", maybe(judged, j.interval.high));
  line.add(name + "_simultaneous_low", maybe(judged, j.simultaneous.low));
  line.add(name + "_simultaneous_high", maybe(judged, j.simultaneous.high));
  line.add(name + "_p", maybe(judged, j.difference.p));
  line.add(name + "_adjusted_p", maybe(judged, j.adjusted_p));
  line.add(name + "_equivalence_p", maybe(judged, j.equivalence_p));
  line.add(name + "_adjusted_equivalence_p", maybe(judged, j.adjusted_equivalence_p));
  line.add(name + "_verdict", judged ? std::string(name_of(j.verdict)) : std::string());
}

void add_mean(CsvLine& line, const std::string& name, const std::optional<study::Mean>& mean) {
  line.add(name, mean ? std::optional(mean->mean) : std::nullopt);
  line.add(name + "_deviation", mean ? std::optional(mean->deviation) : std::nullopt);
}

std::string tuned_text(const TableRow& row) {
  std::vector<std::string> list;
  for (const auto& number : row.tuned)
    list.push_back(fmt::format("{}={}", number.path, number.value));
  return fmt::format("{}", fmt::join(list, " "));
}

CsvLine line_of(const StudyTable& table, const TableRow& row) {
  CsvLine line;
  line.add("row", row.name);
  line.add("kind", row.tag == study::Tag::none ? std::string() : std::string(name_of(row.tag)));
  line.add("length", row.length ? table.lengths.at(*row.length) : std::string());
  line.add("leaves_out", row.leaves_out ? std::string("yes") : std::string());
  line.add("tuned", tuned_text(row));
  line.add("finished", row.finished);
  line.add("diverged", row.diverged);
  line.add("missing", row.missing);
  add_mean(line, table.column.key, row.value);
  if (table.validation.key != table.column.key)
    add_mean(line, table.validation.key, row.validation);
  line.add("rank", row.rank);
  line.add("seconds", row.finished > 0 ? std::optional(row.seconds) : std::nullopt);
  line.add("pareto", row.pareto ? std::string("yes") : std::string());
  add_judged(line, "against_base", row.against_base);
  add_judged(line, "against_before", row.against_before);
  add_judged(line, "left_out", row.left_out);
  line.add("images_low", row.images ? std::optional(row.images->low) : std::nullopt);
  line.add("images_high", row.images ? std::optional(row.images->high) : std::nullopt);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto cell = i < row.figures.size() ? row.figures[i] : study::Cell{};
    add_mean(line, table.columns[i].key, cell.mean);
    add_judged(line, table.columns[i].key + "_against_base", cell.against_base);
  }
  return line;
}

}  // namespace

std::string study_csv(const StudyTable& table) {
  std::string text = line_of(table, TableRow{}).names();
  for (const auto& row : table.rows) text += line_of(table, row).values();
  return text;
}

}  // namespace temper::report
