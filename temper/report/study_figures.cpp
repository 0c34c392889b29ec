#include "temper/report/study_figures.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/io/format/json_keys.h"
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
               const std::optional<Judged>& judged, const study::RowPair& of) {
  if (!judged) return;
  auto one = strip(title, row.name, *judged, table.column.digits);
  const auto found = pairs(table.rows.at(of.row), table.rows.at(of.than));
  one["values"] = found.values;
  one["seeds"] = found.seeds;
  one["extra_seconds"] = found.extra_seconds;
  strips.push_back(std::move(one));
}

void add_strips(Json& strips, const StudyTable& table, const std::string& title,
                const std::vector<study::Effect>& effects) {
  for (const auto& effect : effects) {
    if (!effect.judged) continue;
    auto one = strip(title, effect.name, *effect.judged, table.column.digits);
    for (const auto& [seed, value] : effect.by_seed) {
      one["seeds"].push_back(seed);
      one["values"].push_back(value);
    }
    strips.push_back(std::move(one));
  }
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
    add_strip(strips, table, before_title(table), row, row.against_before, row.before_pair);
  if (!additive)
    for (const auto& row : table.rows)
      add_strip(strips, table, "difference to " + table.base_name, row, row.against_base,
                row.base_pair);
  for (const auto& row : table.rows)
    add_strip(strips, table, "gain over all others", row, row.left_out, row.left_out_pair);
  add_strips(strips, table, "effects", table.effects);
  add_strips(strips, table, "contributions", table.contributions);
  for (const auto& row : table.rows)
    if (row.diverged > 0) strips.push_back(lost(row));
  return strips;
}

Json arm(const TableRow& row) {
  Json one{{"name", row.name},
           {"seconds", io::json_number(row.seconds)},
           {"front", row.pareto},
           {"validation",
            row.validation && !row.length ? io::json_number(row.validation->mean) : Json()}};
  for (const char* key : {"epochs", "accuracy", "validation_loss", "gap"}) one[key] = Json::array();
  for (const auto& point : row.curve) {
    one["epochs"].push_back(point.epoch);
    one["accuracy"].push_back(io::json_number(point.accuracy));
    one["validation_loss"].push_back(io::json_number(point.validation_loss));
    one["gap"].push_back(io::json_number(point.validation_loss - point.train_loss));
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
