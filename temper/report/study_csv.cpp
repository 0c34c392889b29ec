#include "temper/report/study_csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "temper/statistics/verdict.h"

namespace temper::report {
namespace {

using statistics::Judged;
using study::StudyTable;
using study::TableRow;

/// Names and values of one line, side by side, so that they can't get out of step.
class Line {
 public:
  void add(std::string name, std::string value) {
    names_.push_back(std::move(name));
    values_.push_back(std::move(value));
  }
  /// With all its digits; empty where it is missing or not finite.
  void add(std::string name, std::optional<double> value) {
    add(std::move(name), value && std::isfinite(*value) ? fmt::format("{}", *value) : "");
  }
  void add(std::string name, std::int64_t value) { add(std::move(name), std::to_string(value)); }

  [[nodiscard]] std::string names() const { return text(names_); }
  [[nodiscard]] std::string values() const { return text(values_); }

 private:
  static std::string field(const std::string& value) {
    if (value.find_first_of(",;\t\"\r\n") == std::string::npos) return value;
    std::string quoted = "\"";
    for (const char c : value) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
  }
  static std::string text(const std::vector<std::string>& values) {
    std::vector<std::string> fields;
    fields.reserve(values.size());
    for (const auto& value : values) fields.push_back(field(value));
    return fmt::format("{}\n", fmt::join(fields, ","));
  }

  std::vector<std::string> names_;
  std::vector<std::string> values_;
};

std::optional<double> maybe(const std::optional<Judged>& judged, double value) {
  return judged ? std::optional(value) : std::nullopt;
}

void add_judged(Line& line, const std::string& name, const std::optional<Judged>& judged) {
  const auto j = judged.value_or(Judged{});
  line.add(name, maybe(judged, j.difference.mean));
  line.add(name + "_deviation", maybe(judged, j.difference.deviation));
  line.add(name + "_low", maybe(judged, j.interval.low));
  line.add(name + "_high", maybe(judged, j.interval.high));
  line.add(name + "_simultaneous_low", maybe(judged, j.simultaneous.low));
  line.add(name + "_simultaneous_high", maybe(judged, j.simultaneous.high));
  line.add(name + "_p", maybe(judged, j.difference.p));
  line.add(name + "_adjusted_p", maybe(judged, j.adjusted_p));
  line.add(name + "_equivalence_p", maybe(judged, j.adjusted_equivalence_p));
  line.add(name + "_verdict", judged ? std::string(name_of(j.verdict)) : std::string());
}

void add_mean(Line& line, const std::string& name, const std::optional<study::Mean>& mean) {
  line.add(name, mean ? std::optional(mean->mean) : std::nullopt);
  line.add(name + "_deviation", mean ? std::optional(mean->deviation) : std::nullopt);
}

std::string tuned_text(const TableRow& row) {
  std::vector<std::string> list;
  for (const auto& number : row.tuned)
    list.push_back(fmt::format("{}={}", number.path, number.value));
  return fmt::format("{}", fmt::join(list, " "));
}

Line line_of(const StudyTable& table, const TableRow& row) {
  Line line;
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
