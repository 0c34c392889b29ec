#include "temper/report/run_list_text.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "temper/io/format/json_text.h"
#include "temper/report/number.h"
#include "temper/report/study_grid.h"
#include "temper/report/study_text.h"

namespace temper::report {
namespace {

using evaluate::Assessment;

/// "92.80 %" with its interval and what it was measured on.
GridCell result_cell(const ListedRun& run) {
  if (!run.summary || !run.summary->evaluation) return {"–"};
  const auto& evaluation = *run.summary->evaluation;
  const auto& score = evaluation.score;
  const auto split = split_text(evaluation.split);
  if (score.errors) return {"R² " + significant_text(score.errors->r2), split};
  return {percent_text(score.accuracy, score.count),
          fmt::format("{}, {}", interval_text(*evaluation.accuracy_interval, score.count), split)};
}

std::string epochs_text(const ListedRun& run) {
  if (!run.summary || run.summary->epochs == 0) return "–";
  return fmt::format("{}/{}", run.summary->epochs_done, run.summary->epochs);
}

std::string time_text(const ListedRun& run) {
  if (!run.summary || !std::isfinite(run.summary->seconds)) return "–";
  return duration_text(run.summary->seconds);
}

Grid grid_of(const RunList& list) {
  Grid grid{.title = "Runs",
            .columns = {{"run", true},
                        {"state", true},
                        {"accuracy", true},
                        {"epochs"},
                        {"time"},
                        {"size"},
                        {"started", true},
                        {"", true}},
            .rows = {}};
  for (const auto& run : list.runs)
    grid.rows.push_back({{run.name},
                         {std::string(name_of(run.state))},
                         result_cell(run),
                         {epochs_text(run)},
                         {time_text(run)},
                         {bytes_text(run.bytes)},
                         {run.started},
                         {run.reason}});
  return grid;
}

template <class T>
std::optional<double> maybe(const std::optional<T>& from, double T::* member) {
  return from ? std::optional((*from).*member) : std::nullopt;
}

void add_scores(CsvLine& line, const Assessment& a, bool known) {
  const auto number = [&](double value) { return known ? std::optional(value) : std::nullopt; };
  line.add("split", a.split);
  line.add("weights", a.weights);
  line.add("images", number(static_cast<double>(a.score.count)));
  line.add("accuracy", number(a.score.errors ? kMissing : a.score.accuracy));
  line.add("accuracy_low", maybe(a.accuracy_interval, &measure::Interval::low));
  line.add("accuracy_high", maybe(a.accuracy_interval, &measure::Interval::high));
  line.add("loss", number(a.score.loss));
  line.add("loss_low", maybe(a.loss_bootstrap, &measure::Interval::low));
  line.add("loss_high", maybe(a.loss_bootstrap, &measure::Interval::high));
  line.add("brier", a.brier);
  line.add("calibration_error", maybe(a.calibration, &measure::CalibrationErrors::width));
  line.add("r2", maybe(a.score.errors, &measure::Errors::r2));
  line.add("rmse", maybe(a.score.errors, &measure::Errors::rmse));
  line.add("mae", maybe(a.score.errors, &measure::Errors::mae));
  line.add("gap_loss", maybe(a.gap, &evaluate::Gap::loss));
  line.add("gap_accuracy", maybe(a.gap, &evaluate::Gap::accuracy));
}

CsvLine line_of(const ListedRun& run) {
  CsvLine line;
  line.add("run", run.name);
  line.add("state", std::string(name_of(run.state)));
  line.add("reason", run.reason);
  line.add("bytes", run.bytes);
  line.add("started", run.started);
  add_results(line, run.summary.value_or(Summary{}));
  return line;
}

std::string csv(const RunList& list) {
  auto text = line_of({}).names();
  for (const auto& run : list.runs) text += line_of(run).values();
  return text;
}

std::string json(const RunList& list) {
  auto runs = nlohmann::json::array();
  for (const auto& run : list.runs) {
    auto object = run.summary ? to_json(*run.summary) : nlohmann::json::object();
    object["run"] = run.directory.string();
    object["state"] = name_of(run.state);
    object["bytes"] = run.bytes;
    if (!run.reason.empty()) object["reason"] = run.reason;
    if (!run.started.empty()) object["started"] = run.started;
    runs.push_back(std::move(object));
  }
  const nlohmann::json object{{"runs", std::move(runs)}, {"problems", list.problems}};
  return io::json_text(object, 2) + "\n";
}

}  // namespace

void add_results(CsvLine& line, const Summary& s) {
  line.add("name", s.name);
  line.add("fingerprint", s.fingerprint);
  add_scores(line, s.evaluation.value_or(Assessment{}), s.evaluation.has_value());
  line.add("parameters", s.parameters);
  line.add("multiply_adds", s.multiply_adds);
  line.add("epochs_done", s.epochs_done);
  line.add("epochs", s.epochs);
  line.add("steps_done", s.steps_done);
  line.add("total_steps", s.total_steps);
  line.add("seconds", s.seconds);
}

std::string results_csv(const Summary& summary) {
  CsvLine line;
  add_results(line, summary);
  return line.names() + line.values();
}

std::string bytes_text(std::int64_t bytes) {
  constexpr double kKiB = 1024;
  const auto size = static_cast<double>(bytes);
  if (size < kKiB) return counted(bytes, "byte");
  if (size < kKiB * kKiB) return fmt::format("{:.1f} KiB", size / kKiB);
  if (size < kKiB * kKiB * kKiB) return fmt::format("{:.1f} MiB", size / kKiB / kKiB);
  return fmt::format("{:.1f} GiB", size / kKiB / kKiB / kKiB);
}

std::string to_text(const RunList& list, TableFormat format) {
  switch (format) {
    case TableFormat::csv:
      return csv(list);
    case TableFormat::json:
      return json(list);
    case TableFormat::markdown:
      return markdown_table(grid_of(list));
    case TableFormat::text:
      return list.runs.empty() ? "no runs\n" : terminal_table(grid_of(list));
  }
  return {};
}

}  // namespace temper::report
