#include "temper/report/study_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/report/study_grid.h"

namespace temper::report {
namespace {

using Json = nlohmann::json;
using statistics::Judged;
using study::StudyTable;
using study::TableRow;

/// The two sides of a difference, seed by seed.
struct Pairs {
  std::vector<std::int64_t> seeds;
  std::vector<double> values;
  double extra_seconds = 0;  ///< of a run
};

Pairs pairs(const TableRow& row, const TableRow& than) {
  Pairs found;
  found.extra_seconds = row.seconds - than.seconds;
  for (const auto& point : row.points)
    for (const auto& other : than.points)
      if (point.seed == other.seed && point.value && other.value) {
        found.seeds.push_back(point.seed);
        found.values.push_back(*point.value - *other.value);
      }
  return found;
}

bool are_of(const Judged& judged, const Pairs& pairs) {
  if (std::ssize(pairs.values) != judged.difference.n) return false;
  double sum = 0;
  double squares = 0;
  for (const double value : pairs.values) sum += value;
  const double mean = sum / static_cast<double>(pairs.values.size());
  for (const double value : pairs.values) squares += (value - mean) * (value - mean);
  const double deviation =
      std::sqrt(squares / std::max<double>(1, static_cast<double>(pairs.values.size()) - 1));
  const auto near = [](double a, double b) { return std::abs(a - b) <= 1e-9 * (1 + std::abs(b)); };
  return near(mean, judged.difference.mean) && near(deviation, judged.difference.deviation);
}

/// The pairs that a difference is of: those with its mean and deviation, if possible with the row
/// on one side.
std::optional<Pairs> pairs_of(const StudyTable& table, const TableRow& row, const Judged& judged) {
  const auto with = [&](const TableRow& one, const TableRow& other) -> std::optional<Pairs> {
    if (&one == &other || one.length != row.length || other.length != row.length)
      return std::nullopt;
    for (const auto& found : {pairs(one, other), pairs(other, one)})
      if (are_of(judged, found)) return found;
    return std::nullopt;
  };
  for (const auto& other : table.rows)
    if (auto found = with(row, other)) return found;
  for (const auto& one : table.rows)
    for (const auto& other : table.rows)
      if (auto found = with(one, other)) return found;
  return std::nullopt;
}

Json strip(const std::string& group, const std::string& name, const Judged& judged, int digits) {
  return {{"group", group},
          {"name", name},
          {"cls", style_of(judged.verdict)},
          {"text", fmt::format("{} ({})", signed_text(judged.difference.mean, digits),
                               signed_interval(judged.interval, digits))},
          {"mean", judged.difference.mean},
          {"low", judged.interval.low},
          {"high", judged.interval.high},
          {"sim_low", judged.simultaneous.low},
          {"sim_high", judged.simultaneous.high},
          {"values", Json::array()},
          {"seeds", Json::array()}};
}

void add_strip(Json& strips, const StudyTable& table, const std::string& title, const TableRow& row,
               const std::optional<Judged>& judged) {
  if (!judged) return;
  auto one = strip(title, row.name, *judged, table.column.digits);
  if (const auto found = pairs_of(table, row, *judged)) {
    one["values"] = found->values;
    one["seeds"] = found->seeds;
    one["extra_seconds"] = found->extra_seconds;
  }
  strips.push_back(std::move(one));
}

Json lost(const TableRow& row) {
  return {{"group", "not compared"},
          {"name", row.name},
          {"cls", "lost"},
          {"text", fmt::format("{} of {} runs diverged", row.diverged,
                               row.finished + row.diverged + row.missing)}};
}

Json forest(const StudyTable& table) {
  auto strips = Json::array();
  const bool additive = table.mode == study::Mode::additive;
  for (const auto& row : table.rows)
    add_strip(strips, table, before_title(table), row, row.against_before);
  if (!additive)
    for (const auto& row : table.rows)
      add_strip(strips, table, "difference to " + table.base_name, row, row.against_base);
  for (const auto& row : table.rows)
    add_strip(strips, table, "gain over all others", row, row.left_out);
  for (const auto* effects : {&table.effects, &table.contributions})
    for (const auto& effect : *effects)
      if (effect.judged)
        strips.push_back(strip(effects == &table.effects ? "effects" : "contributions", effect.name,
                               *effect.judged, table.column.digits));
  for (const auto& row : table.rows)
    if (row.diverged > 0) strips.push_back(lost(row));
  return strips;
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json arm(const TableRow& row) {
  Json one{{"name", row.name},
           {"seconds", number(row.seconds)},
           {"front", row.pareto},
           {"validation", row.validation && !row.length ? number(row.validation->mean) : Json()}};
  for (const char* key : {"epochs", "accuracy", "validation_loss", "gap"}) one[key] = Json::array();
  for (const auto& point : row.curve) {
    one["epochs"].push_back(point.epoch);
    one["accuracy"].push_back(number(point.accuracy));
    one["validation_loss"].push_back(number(point.validation_loss));
    one["gap"].push_back(number(point.validation_loss - point.train_loss));
  }
  return one;
}

}  // namespace

std::string_view style_of(statistics::Verdict verdict) {
  using statistics::Verdict;
  switch (verdict) {
    case Verdict::better:
      return "better";
    case Verdict::worse:
      return "worse";
    case Verdict::no_different:
      return "same";
    case Verdict::undecided:
      return "undecided";
  }
  return "undecided";
}

Json study_figures(const StudyTable& table) {
  auto arms = Json::array();
  for (const auto& row : table.rows) arms.push_back(arm(row));
  return {{"metric",
           {{"name", table.column.title},
            {"unit", table.column.unit},
            {"digits", table.column.digits},
            {"margin", table.margin}}},
          {"validation",
           {{"name", value_title(table.validation)}, {"digits", table.validation.digits}}},
          {"forest", forest(table)},
          {"arms", std::move(arms)}};
}

}  // namespace temper::report
