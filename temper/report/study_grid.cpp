#include "temper/report/study_grid.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "temper/report/number.h"

namespace temper::report {
namespace {

using statistics::Judged;
using statistics::Verdict;
using study::Column;
using study::StudyTable;
using study::TableRow;

/// A column of a grid of Rows: its title, and the cell that a row has in it.
template <class Row>
struct Maker {
  GridColumn column;
  std::function<GridCell(const Row&)> cell;
};

bool empty(const GridCell& cell) {
  return cell.text.empty() && cell.detail.empty();
}

/// Columns that are empty in every row are left out.
template <class Row>
Grid made(std::string title, const std::vector<const Row*>& rows,
          const std::vector<Maker<Row>>& makers) {
  Grid grid{.title = std::move(title), .columns = {}, .rows = {}};
  grid.rows.resize(rows.size());
  for (const auto& maker : makers) {
    std::vector<GridCell> cells;
    cells.reserve(rows.size());
    for (const auto* row : rows) cells.push_back(maker.cell(*row));
    if (std::ranges::all_of(cells, empty)) continue;
    grid.columns.push_back(maker.column);
    for (std::size_t i = 0; i < cells.size(); ++i) grid.rows[i].push_back(std::move(cells[i]));
  }
  return grid;
}

template <class Row>
std::vector<const Row*> all_of(const std::vector<Row>& rows) {
  std::vector<const Row*> all;
  for (const auto& row : rows) all.push_back(&row);
  return all;
}

std::string number_text(double number, int digits) {
  if (!std::isfinite(number)) return "not finite";
  auto text = fmt::format("{:.{}f}", number, digits);
  if (text.starts_with('-')) text.replace(0, 1, "−");
  return text;
}

std::string mean_text(const study::Mean& mean, int digits) {
  const auto text = number_text(mean.mean, digits);
  return mean.n < 2 ? text : fmt::format("{} ± {}", text, number_text(mean.deviation, digits));
}

GridCell difference_cell(const std::optional<Judged>& judged, int digits) {
  if (!judged) return {};
  return {.text = signed_text(judged->difference.mean, digits),
          .detail = signed_interval(judged->interval, digits)};
}

GridCell verdict_cell(const std::optional<Judged>& judged) {
  if (!judged) return {};
  if (!judged->difference.has_test())
    return {.text = std::string(name_of(judged->verdict)),
            .detail = "the differences have no variance",
            .verdict = judged->verdict};
  const bool same = judged->verdict == Verdict::no_different;
  return {.text = std::string(name_of(judged->verdict)),
          .detail = fmt::format("{} {}", same ? "equivalence p" : "p",
                                p_text(same ? judged->adjusted_equivalence_p : judged->adjusted_p)),
          .verdict = judged->verdict};
}

/// Two columns: the difference and, once the study is complete, what it shows.
template <class Row>
void add_judged(std::vector<Maker<Row>>& makers, std::string title, const StudyTable& table,
                const std::function<std::optional<Judged>(const Row&)>& judged) {
  makers.push_back({{std::move(title)}, [judged, digits = table.column.digits](const Row& row) {
                      return difference_cell(judged(row), digits);
                    }});
  if (!table.complete) return;
  makers.push_back({{"verdict", true}, [=](const Row& row) { return verdict_cell(judged(row)); }});
}

std::string tag_text(study::Tag tag) {
  return tag == study::Tag::none ? "" : std::string(name_of(tag));
}

GridCell name_cell(const TableRow& row) {
  std::vector<std::string> tuned;
  for (const auto& number : row.tuned)
    tuned.push_back(fmt::format("{} = {}{}", number.path, number.value,
                                number.at_edge ? " (edge of what was tried)" : ""));
  return {.text = row.name, .detail = fmt::format("{}", fmt::join(tuned, ", "))};
}

GridCell value_cell(const TableRow& row, int digits) {
  const auto runs = row.finished + row.diverged + row.missing;
  if (row.diverged > 0) return {.text = fmt::format("{} of {} runs diverged", row.diverged, runs)};
  return {
      .text = row.value ? mean_text(*row.value, digits) : "",
      .detail = row.missing > 0 ? fmt::format("{} of {} runs", row.finished, runs) : std::string()};
}

GridCell validation_cell(const TableRow& row, int digits) {
  if (!row.validation) return {};
  return {.text = number_text(row.validation->mean, digits),
          .detail = row.rank > 0 ? fmt::format("rank {}", row.rank) : std::string()};
}

GridCell figure_cell(const study::Cell& cell, int digits) {
  if (!cell.mean) return {};
  return {.text = mean_text(*cell.mean, digits),
          .detail =
              cell.against_base
                  ? fmt::format("{} ({})", signed_text(cell.against_base->difference.mean, digits),
                                signed_interval(cell.against_base->interval, digits))
                  : std::string()};
}

std::string time_text(double seconds) {
  return seconds > 0 ? duration_text(seconds) : std::string();
}

bool any_before(const StudyTable& table) {
  return std::ranges::any_of(table.rows,
                             [](const TableRow& row) { return row.against_before.has_value(); });
}

std::vector<Maker<TableRow>> row_makers(const StudyTable& table) {
  const int digits = table.column.digits;
  std::vector<Maker<TableRow>> makers{
      {{"row", true}, name_cell},
      {{"kind", true}, [](const TableRow& row) { return GridCell{.text = tag_text(row.tag)}; }},
      {{value_title(table.column)}, [=](const TableRow& row) { return value_cell(row, digits); }}};
  if (table.validation.key != table.column.key)
    makers.push_back(
        {{value_title(table.validation)}, [digits = table.validation.digits](const TableRow& row) {
           return validation_cell(row, digits);
         }});
  const bool additive = table.mode == study::Mode::additive && any_before(table);
  if (any_before(table))
    add_judged<TableRow>(makers, before_title(table), table,
                         [](const TableRow& row) { return row.against_before; });
  const auto to_base = "difference to " + table.base_name;
  if (additive)
    makers.push_back({{to_base}, [=](const TableRow& row) {
                        return difference_cell(row.against_base, digits);
                      }});
  else
    add_judged<TableRow>(makers, to_base, table,
                         [](const TableRow& row) { return row.against_base; });
  makers.push_back({{"to " + table.base_name + ", over images"}, [=](const TableRow& row) {
                      return GridCell{.text = row.images ? signed_interval(*row.images, digits)
                                                         : std::string()};
                    }});
  add_judged<TableRow>(makers, "gain over all others", table,
                       [](const TableRow& row) { return row.left_out; });
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    makers.push_back(
        {{value_title(table.columns[i])}, [=, of = table.columns[i].digits](const TableRow& row) {
           return i < row.figures.size() ? figure_cell(row.figures[i], of) : GridCell{};
         }});
  makers.push_back({{"time of a run"},
                    [](const TableRow& row) { return GridCell{.text = time_text(row.seconds)}; }});
  return makers;
}

std::vector<const TableRow*> rows_of(const StudyTable& table, std::optional<std::size_t> length,
                                     bool leaving_out) {
  const bool apart = table.mode == study::Mode::additive;
  std::vector<const TableRow*> rows;
  for (const auto& row : table.rows)
    if (row.length == length && (apart && row.leaves_out) == leaving_out) rows.push_back(&row);
  return rows;
}

std::string seeds_text(const std::vector<std::int64_t>& seeds) {
  if (seeds.empty()) return "no seeds yet";
  const bool in_a_row =
      seeds.back() - seeds.front() + 1 == std::ssize(seeds) && std::ranges::is_sorted(seeds);
  return seeds.size() == 1 ? fmt::format("one seed ({})", seeds.front())
         : in_a_row ? fmt::format("{} seeds ({} to {})", seeds.size(), seeds.front(), seeds.back())
                    : fmt::format("{} seeds ({})", seeds.size(), fmt::join(seeds, ", "));
}

}  // namespace

std::string signed_text(double number, int digits) {
  const auto text = number_text(number, digits);
  // A number that is rounded to zero has no sign.
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  if (zero && std::isfinite(number)) return number_text(0, digits);
  return number > 0 && std::isfinite(number) ? "+" + text : text;
}

std::string signed_interval(const statistics::Interval& interval, int digits) {
  return fmt::format("{} to {}", signed_text(interval.low, digits),
                     signed_text(interval.high, digits));
}

std::string p_text(double p) {
  return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p);
}

std::string with_unit(std::string text, const Column& column) {
  return column.unit.empty() ? std::move(text) : fmt::format("{} {}", text, column.unit);
}

std::string value_title(const Column& column) {
  if (column.unit.empty()) return column.title;
  return fmt::format("{}, {}", column.title, column.unit == "points" ? "%" : column.unit);
}

std::string before_title(const StudyTable& table) {
  return table.mode == study::Mode::additive ? "gain over the rows above"
                                             : "gain over the row it extends";
}

Grid rows_grid(const StudyTable& table, std::optional<std::size_t> length) {
  return made(length ? table.lengths.at(*length) : "Rows", rows_of(table, length, false),
              row_makers(table));
}

Grid left_out_grid(const StudyTable& table) {
  const int digits = table.column.digits;
  std::vector<Maker<TableRow>> makers{
      {{"all rows but one", true}, name_cell},
      {{value_title(table.column)}, [=](const TableRow& row) { return value_cell(row, digits); }}};
  makers.push_back({{"time of a run"},
                    [](const TableRow& row) { return GridCell{.text = time_text(row.seconds)}; }});
  return made("Each row left out", rows_of(table, std::nullopt, true), makers);
}

Grid sums_grid(const StudyTable& table) {
  using study::Effect;
  const auto& sums = table.sums.empty() ? table.sums_left_out : table.sums;
  std::vector<Maker<Effect>> makers{
      {{"kind", true}, [](const Effect& sum) { return GridCell{.text = sum.name}; }}};
  if (!table.sums.empty())
    add_judged<Effect>(makers, "sum of the gains", table,
                       [](const Effect& sum) { return sum.judged; });
  add_judged<Effect>(makers, "sum of the gains over all others", table,
                     [&table](const Effect& sum) -> std::optional<Judged> {
                       for (const auto& other : table.sums_left_out)
                         if (other.tag == sum.tag && other.name == sum.name) return other.judged;
                       return std::nullopt;
                     });
  return made("Sums by kind", all_of(sums), makers);
}

Grid effects_grid(const StudyTable& table) {
  using study::Effect;
  const bool shares = !table.contributions.empty();
  std::vector<Maker<Effect>> makers{
      {{shares ? "row" : "effect", true},
       [](const Effect& one) { return GridCell{.text = one.name}; }},
      {{"kind", true}, [=](const Effect& one) {
         return GridCell{.text = shares ? tag_text(one.tag) : std::string()};
       }}};
  add_judged<Effect>(makers, shares ? "contribution, mean over all orders" : "difference", table,
                     [](const Effect& one) { return one.judged; });
  return made(shares ? "Contributions" : "Effects",
              all_of(shares ? table.contributions : table.effects), makers);
}

Grid interactions_grid(const StudyTable& table) {
  using study::FlaggedInteraction;
  const int digits = table.column.digits;
  return made<FlaggedInteraction>(
      "Rows whose gains depend on each other", all_of(table.interactions),
      {{{"rows", true},
        [](const FlaggedInteraction& pair) {
          return GridCell{.text = fmt::format("{} and {}", pair.first, pair.second)};
        }},
       {{"together, more than alone"},
        [=](const FlaggedInteraction& pair) {
          return GridCell{.text = signed_text(pair.effect.mean, digits)};
        }},
       {{"p"},
        [](const FlaggedInteraction& pair) { return GridCell{.text = p_text(pair.adjusted_p)}; }}});
}

Grid claims_grid(const StudyTable& table) {
  using study::ClaimRow;
  const std::vector<Maker<ClaimRow>> makers{
      {{"claim", true}, [](const ClaimRow& claim) { return GridCell{.text = claim.text}; }},
      {{"source", true}, [](const ClaimRow& claim) { return GridCell{.text = claim.source}; }},
      {{"expected", true}, [](const ClaimRow& claim) { return GridCell{.text = claim.expected}; }},
      {{"length", true},
       [&table](const ClaimRow& claim) {
         if (table.lengths.empty()) return GridCell{};
         return GridCell{.text = claim.length ? table.lengths.at(*claim.length) : "as the base"};
       }},
      {{"measured"},
       [](const ClaimRow& claim) {
         auto cell = difference_cell(claim.judged, claim.column.digits);
         if (!cell.text.empty()) cell.text = with_unit(std::move(cell.text), claim.column);
         return cell;
       }},
      {{"smallest detectable"},
       [](const ClaimRow& claim) {
         if (!claim.judged) return GridCell{};
         return GridCell{.text =
                             with_unit(number_text(claim.smallest_detectable, claim.column.digits),
                                       claim.column)};
       }},
      {{"verdict", true}, [&table](const ClaimRow& claim) {
         return GridCell{.text = table.complete ? claim.outcome : std::string()};
       }}};
  return made("Claims", all_of(table.claims), makers);
}

Grid undecided_grid(const StudyTable& table) {
  using study::Undecided;
  const int digits = table.column.digits;
  return made<Undecided>(
      "What could not be decided", all_of(table.undecided),
      {{{"difference", true},
        [](const Undecided& one) { return GridCell{.text = one.difference}; }},
       {{"smallest detectable"},
        [=](const Undecided& one) {
          return GridCell{.text = number_text(one.smallest_detectable, digits)};
        }},
       {{"to be found"},
        [=](const Undecided& one) { return GridCell{.text = number_text(one.wanted, digits)}; }},
       {{"seeds that would take"},
        [](const Undecided& one) { return GridCell{.text = count_text(one.seeds)}; }}});
}

std::vector<Grid> grids(const StudyTable& table) {
  std::vector<Grid> all{claims_grid(table), rows_grid(table), left_out_grid(table)};
  for (std::size_t i = 0; i < table.lengths.size(); ++i) all.push_back(rows_grid(table, i));
  for (const auto of : {sums_grid, effects_grid, interactions_grid, undecided_grid})
    all.push_back(of(table));
  std::erase_if(all, [](const Grid& grid) { return grid.is_empty(); });
  return all;
}

Grid live_grid(const StudyTable& table) {
  const int digits = table.column.digits;
  const auto judged = [](const TableRow& row) {
    return row.against_before ? row.against_before : row.left_out ? row.left_out : row.against_base;
  };
  return made<TableRow>(
      "", all_of(table.rows),
      {{{"row", true}, [](const TableRow& row) { return GridCell{.text = row.name}; }},
       {{"runs"},
        [](const TableRow& row) {
          const auto ended = row.finished + row.diverged;
          return GridCell{.text = fmt::format("{}/{}{}", ended, ended + row.missing,
                                              row.diverged > 0 ? " diverged" : "")};
        }},
       {{value_title(table.column)},
        [=](const TableRow& row) {
          return GridCell{.text = row.value ? mean_text(*row.value, digits) : ""};
        }},
       {{"difference"},
        [=](const TableRow& row) { return difference_cell(judged(row), digits); }}});
}

std::vector<std::string> method_sentences(const StudyTable& table) {
  const auto& column = table.column;
  const bool test = column.key != table.validation.key;
  std::vector<std::string> list{fmt::format(
      "Every row was trained with the same {}, so that differences are paired by seed; ± is the "
      "standard deviation over seeds. {}",
      seeds_text(table.seeds),
      table.splits_redrawn ? "Each seed has a validation split of its own."
                           : "All of them have the same validation split.")};
  if (!table.complete)
    list.emplace_back(
        "The study has not finished: these are differences between the runs so far, on the "
        "validation set. Nothing is judged, and the test set is not looked at, before the last run "
        "has ended.");
  else if (test)
    list.push_back(fmt::format(
        "Rows rank by {}. The test set was scored for this table only, after everything had been "
        "chosen.",
        table.validation.title));
  else
    list.emplace_back(
        "There is no test set: the numbers are of the validation set, on which rows also rank.");
  list.push_back(fmt::format(
      "Intervals of differences are {:g}% intervals of Student's t over pairs. They cover other "
      "seeds on these images, not other images; the interval over images is a bootstrap for these "
      "very runs.",
      100 * table.level));
  if (table.complete) {
    list.push_back(
        fmt::format("p-values are adjusted by Holm's procedure, simultaneous intervals by "
                    "Bonferroni's, for {}.",
                    counted(table.comparisons, "difference")));
    list.push_back(fmt::format(
        "\"{}\" means that two one-sided tests show the difference to be within ±{}; "
        "\"undecided\", that neither this nor a difference was shown.",
        name_of(Verdict::no_different), with_unit(fmt::format("{:g}", table.margin), column)));
  }
  if (table.pairing)
    list.push_back(fmt::format(
        "What equal seeds bought: the two sides of a difference correlate by {} (mean of {}), and "
        "without pairs {:.2f} times as many seeds would be needed.",
        number_text(table.pairing->correlation, 2),
        counted(table.pairing->differences, "difference"), table.pairing->gain));
  list.insert(list.end(), table.plan.begin(), table.plan.end());
  if (!table.saved.empty()) list.push_back(table.saved);
  return list;
}

}  // namespace temper::report
