#include "temper/report/study_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"

namespace temper::report {
namespace {

using Json = nlohmann::json;
using study::StudyTable;

using io::json_number;

Json json_number(const std::optional<double>& value) {
  return value ? io::json_number(*value) : Json();
}

template <class T>
Json index_of(const std::vector<T>& names, std::optional<std::size_t> index) {
  return index ? Json(names.at(*index)) : Json();
}

template <Keyed T>
Json or_null(const std::optional<T>& value) {
  return value ? io::json_of(*value) : Json();
}

Json or_null(const std::optional<study::Mean>& mean) {
  if (!mean) return {};
  return {{"n", mean->n},
          {"mean", json_number(mean->mean)},
          {"deviation", json_number(mean->deviation)}};
}

Json json_of(const study::Column& column) {
  return {{"key", column.key},
          {"title", column.title},
          {"unit", column.unit},
          {"scale", column.scale},
          {"higher_is_better", column.higher_is_better}};
}

/// One object for each element.
template <class T, class Of>
Json list(const std::vector<T>& values, Of of) {
  auto array = Json::array();
  for (const auto& value : values) array.push_back(of(value));
  return array;
}

Json tuned(const study::TunedNumber& number) {
  return {{"option", number.path},
          {"value", number.value},
          {"tried", number.tried},
          {"at_edge", number.at_edge}};
}

Json point(const study::SeedPoint& point) {
  return {{"seed", point.seed},
          {"outcome", point.outcome},
          {"value", json_number(point.value)},
          {"validation", json_number(point.validation)},
          {"seconds", json_number(point.seconds)}};
}

Json curve(const study::CurvePoint& point) {
  return {{"epoch", point.epoch},
          {"runs", point.runs},
          {"seconds", json_number(point.seconds)},
          {"train_loss", json_number(point.train_loss)},
          {"validation_loss", json_number(point.validation_loss)},
          {"accuracy", json_number(point.accuracy)}};
}

Json row(const StudyTable& table, const study::TableRow& row) {
  auto figures = Json::object();
  for (std::size_t i = 0; i < table.columns.size() && i < row.figures.size(); ++i)
    figures[table.columns[i].key] = {{"value", or_null(row.figures[i].mean)},
                                     {"against_base", or_null(row.figures[i].against_base)}};
  return {{"name", row.name},
          {"kind", name_of(row.tag)},
          {"leaves_out", row.leaves_out},
          {"length", index_of(table.lengths, row.length)},
          {"tuned", list(row.tuned, tuned)},
          {"tuning_runs", row.tuning_runs},
          {"finished", row.finished},
          {"diverged", row.diverged},
          {"missing", row.missing},
          {"older", row.older},
          {"value", or_null(row.value)},
          {"validation", or_null(row.validation)},
          {"rank", row.rank},
          {"seconds", json_number(row.seconds)},
          {"pareto", row.pareto},
          {"against_base", or_null(row.against_base)},
          {"against_before", or_null(row.against_before)},
          {"left_out", or_null(row.left_out)},
          {"over_images", or_null(row.images)},
          {"figures", std::move(figures)},
          {"runs", list(row.points, point)},
          {"curve", list(row.curve, curve)}};
}

Json effect(const study::Effect& effect) {
  return {
      {"name", effect.name}, {"kind", name_of(effect.tag)}, {"difference", or_null(effect.judged)}};
}

Json interaction(const study::FlaggedInteraction& pair) {
  return {{"first", pair.first},
          {"second", pair.second},
          {"effect", io::json_of(pair.effect)},
          {"adjusted_p", pair.adjusted_p}};
}

Json claim(const StudyTable& table, const study::ClaimRow& claim) {
  return {{"text", claim.text},
          {"source", claim.source},
          {"expected", claim.expected},
          {"length", index_of(table.lengths, claim.length)},
          {"figure", json_of(claim.column)},
          {"difference", or_null(claim.judged)},
          {"smallest_detectable", json_number(claim.smallest_detectable)},
          {"outcome", claim.outcome}};
}

Json undecided(const study::Undecided& one) {
  return {{"difference", one.difference},
          {"smallest_detectable", json_number(one.smallest_detectable)},
          {"wanted", one.wanted},
          {"seeds", one.seeds}};
}

Json or_null(const std::optional<study::Pairing>& pairing) {
  if (!pairing) return {};
  return {{"differences", pairing->differences},
          {"correlation", json_number(pairing->correlation)},
          {"gain", json_number(pairing->gain)}};
}

}  // namespace

Json study_json(const StudyTable& table) {
  return {{"name", table.name},
          {"description", table.description},
          {"mode", name_of(table.mode)},
          {"base", table.base_name},
          {"figure", json_of(table.column)},
          {"validation_figure", json_of(table.validation)},
          {"level", table.level},
          {"margin", table.margin},
          {"detect", table.detect},
          {"power", table.power},
          {"seeds", table.seeds},
          {"splits_redrawn", table.splits_redrawn},
          {"tuned", table.tuned},
          {"complete", table.complete},
          {"comparisons", table.comparisons},
          {"rows", list(table.rows, [&](const auto& one) { return row(table, one); })},
          {"sums", list(table.sums, effect)},
          {"sums_left_out", list(table.sums_left_out, effect)},
          {"effects", list(table.effects, effect)},
          {"contributions", list(table.contributions, effect)},
          {"interactions", list(table.interactions, interaction)},
          {"claims", list(table.claims, [&](const auto& one) { return claim(table, one); })},
          {"pairing", or_null(table.pairing)},
          {"undecided", list(table.undecided, undecided)},
          {"runs", table.runs},
          {"seconds", json_number(table.seconds)},
          {"saved", table.saved},
          {"plan", table.plan},
          {"notes", table.notes}};
}

std::string study_json_text(const StudyTable& table) {
  return io::json_text(study_json(table), 2) + "\n";
}

}  // namespace temper::report
