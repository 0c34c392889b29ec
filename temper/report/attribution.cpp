#include "temper/report/attribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "temper/core/printable.h"
#include "temper/report/number.h"
#include "temper/report/study_text.h"

namespace temper::report {
namespace {

using statistics::Judged;
using statistics::Verdict;
using study::Mode;
using study::StudyTable;
using study::TableRow;

AttributedRow named(const std::string& name, study::Tag tag) {
  return {.name = name, .tag = tag, .alone = {}, .share = {}, .left_out = {}, .part = {}};
}

/// Mode orders: the contributions, and what each row changes alone.
std::vector<AttributedRow> contributed(const StudyTable& table) {
  std::vector<AttributedRow> rows;
  for (const auto& effect : table.contributions) {
    auto& row = rows.emplace_back(named(effect.name, effect.tag));
    row.share = effect.judged;
    const auto arm = std::ranges::find(table.rows, effect.name, &TableRow::name);
    if (arm != table.rows.end()) row.alone = arm->against_base;
  }
  return rows;
}

/// The other modes: the rows of the table but the base.
std::vector<AttributedRow> compared(const StudyTable& table) {
  std::vector<AttributedRow> rows;
  for (const auto& one : table.rows) {
    const bool is_left_out = table.mode == Mode::leave_one_out;
    if (one.length || !one.row || one.leaves_out != is_left_out) continue;
    constexpr std::string_view kWithout = "without ";
    const bool says_so = is_left_out && one.name.starts_with(kWithout);
    auto& row =
        rows.emplace_back(named(says_so ? one.name.substr(kWithout.size()) : one.name, one.tag));
    row.left_out = one.left_out;
    if (table.mode == Mode::additive) row.share = one.against_before;
    if (table.mode == Mode::one_at_a_time) row.alone = one.against_base;
  }
  return rows;
}

/// The row with all changes in: of the last arm that leaves nothing out.
const TableRow* whole(const StudyTable& table) {
  const TableRow* last = nullptr;
  for (const auto& row : table.rows)
    if (!row.leaves_out && !row.length) last = &row;
  return last == nullptr || last == &table.rows.front() ? nullptr : last;
}

bool is_different(const std::optional<Judged>& judged) {
  return judged && (judged->verdict == Verdict::better || judged->verdict == Verdict::worse);
}

void add_parts(Attribution& found) {
  if (!found.adds_up || !is_different(found.total)) return;
  for (auto& row : found.rows)
    if (row.share) row.part = row.share->difference.mean / found.total->difference.mean;
}

std::string about(Mode mode) {
  switch (mode) {
    case Mode::orders:
      return "A share is what adding the row changes, averaged over all orders in which the rows "
             "can be added (Shapley 1953); the shares add up to the whole difference.";
    case Mode::additive:
      return "A share is what the row changes on top of those above it; the shares add up to the "
             "whole difference, and depend on the order of the rows. What the row adds to all the "
             "others does not.";
    case Mode::leave_one_out:
      return "What a row adds to all the others does not add up to the whole difference where rows "
             "depend on one another.";
    default:
      return "What a row changes alone does not add up to the whole difference where rows depend "
             "on one another.";
  }
}

GridCell difference_cell(const std::optional<Judged>& judged, const study::Column& column) {
  if (!judged) return {"–"};
  return {with_unit(signed_text(judged->difference.mean, column.digits), column),
          signed_interval(judged->interval, column.digits)};
}

GridCell verdict_cell(const std::optional<Judged>& judged) {
  if (!judged) return {};
  return {.text = std::string(name_of(judged->verdict)),
          .detail = judged->difference.has_test() ? "p " + p_text(judged->adjusted_p)
                                                  : "the differences have no variance",
          .verdict = judged->verdict};
}

bool any(const Attribution& attribution, std::optional<Judged> AttributedRow::* member) {
  return std::ranges::any_of(attribution.rows,
                             [&](const auto& row) { return (row.*member).has_value(); });
}

}  // namespace

Attribution attribution(const StudyTable& table) {
  Attribution found{.total = {},
                    .adds_up = table.mode == Mode::orders || table.mode == Mode::additive,
                    .rows = table.mode == Mode::orders ? contributed(table) : compared(table),
                    .notes = {about(table.mode)}};
  const bool has_whole = table.mode != Mode::one_at_a_time || found.rows.size() == 1;
  if (const auto* all = whole(table); all != nullptr && has_whole) found.total = all->against_base;
  add_parts(found);
  return found;
}

Grid attribution_grid(const Attribution& attribution, const StudyTable& table) {
  Grid grid{.title = "Attribution", .columns = {{"difference", true}}, .rows = {}};
  const bool shares = any(attribution, &AttributedRow::share);
  const bool alone = any(attribution, &AttributedRow::alone);
  const bool left_out = any(attribution, &AttributedRow::left_out);
  const bool parts =
      std::ranges::any_of(attribution.rows, [](const auto& row) { return row.part.has_value(); });
  if (shares) grid.columns.push_back({"share"});
  if (parts) grid.columns.push_back({"of all"});
  if (alone) grid.columns.push_back({"alone"});
  if (left_out) grid.columns.push_back({"beside all others"});
  if (shares) grid.columns.push_back({"the share is", true});
  for (const auto& row : attribution.rows) {
    auto& cells = grid.rows.emplace_back();
    cells.push_back({row.name});
    if (shares) cells.push_back(difference_cell(row.share, table.column));
    if (parts) cells.push_back({row.part ? fmt::format("{:.0f}%", 100 * *row.part) : "–"});
    if (alone) cells.push_back(difference_cell(row.alone, table.column));
    if (left_out) cells.push_back(difference_cell(row.left_out, table.column));
    if (shares) cells.push_back(verdict_cell(row.share));
  }
  return grid;
}

std::string to_text(const Attribution& attribution, const StudyTable& table) {
  std::string text;
  if (attribution.total)
    text =
        fmt::format("{}: {} in {} ({:g}% interval {} over {}): {}\n", printable(table.name),
                    with_unit(signed_text(attribution.total->difference.mean, table.column.digits),
                              table.column),
                    table.column.title, 100 * table.level,
                    signed_interval(attribution.total->interval, table.column.digits),
                    counted(std::ssize(table.seeds), "seed"), name_of(attribution.total->verdict));
  else
    text = fmt::format("{}: the whole difference is not known\n", printable(table.name));
  text += "\n" + terminal_table(attribution_grid(attribution, table)) + "\n";
  for (const auto& note : attribution.notes) text += note + "\n";
  return text;
}

}  // namespace temper::report
