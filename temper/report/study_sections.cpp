#include "temper/report/study_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "temper/report/number.h"
#include "temper/report/study_figures.h"

namespace temper::report {
namespace {

using study::StudyTable;
using study::TableRow;

Html cell_contents(const GridCell& cell) {
  const Html text = cell.verdict ? html(R"(<span class="verdict {}">{}</span>)",
                                        style_of(*cell.verdict), cell.text)
                                 : html("{}", cell.text);
  return cell.detail.empty() ? text : html("{}<small>{}</small>", text, cell.detail);
}

Html row_of(const Grid& grid, const std::vector<GridCell>& cells) {
  Html row;
  for (std::size_t i = 0; i < cells.size(); ++i)
    row += i == 0
               ? html(R"(<th scope="row" class="name">{}</th>)", cell_contents(cells[i]))
               : html(R"(<td{}>{}</td>)", Html{grid.columns[i].left ? R"( class="text name")" : ""},
                      cell_contents(cells[i]));
  return html("<tr>{}</tr>", row);
}

/// Several tables under one heading.
Html section(std::string_view id, std::string_view title, const std::vector<Html>& figures) {
  Html all;
  for (const auto& figure : figures) all += figure;
  if (all.markup.empty()) return {};
  return html(R"(<section id="{}" class="study"><h2>{}</h2>{}</section>)", id, title, all);
}

bool any_row(const StudyTable& table, bool (*of)(const TableRow&)) {
  return std::ranges::any_of(table.rows, of);
}

Html curve_figure(std::string_view id, std::string_view title) {
  return html(
      R"(<figure><h3>{}</h3><div class="figure" data-of="{}" data-name="{}"></div></figure>)",
      title, id, title);
}

}  // namespace

Html grid_figure(const Grid& grid, std::string_view caption) {
  if (grid.is_empty()) return {};
  Html head;
  Html rows;
  for (const auto& column : grid.columns)
    head += html(R"(<th scope="col"{}>{}</th>)", Html{column.left ? R"( class="text")" : ""},
                 column.title);
  for (const auto& cells : grid.rows) rows += row_of(grid, cells);
  return html(
      R"(<figure><h3>{}</h3><div class="scroll"
        tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div><figcaption>{}</figcaption></figure>)",
      grid.title, head, rows, caption);
}

Html results_section(const StudyTable& table) {
  auto caption = fmt::format(
      "Mean ± standard deviation over {}. Below a difference its {:g}% interval over seeds",
      counted(std::ssize(table.seeds), "seed"), 100 * table.level);
  caption += table.complete
                 ? fmt::format("; below a verdict the p-value, adjusted for all {} differences.",
                               count_text(table.comparisons))
                 : std::string(", of the runs so far.");
  std::vector<Html> figures{grid_figure(rows_grid(table), caption),
                            grid_figure(left_out_grid(table))};
  for (std::size_t i = 0; i < table.lengths.size(); ++i)
    figures.push_back(grid_figure(rows_grid(table, i), caption));
  return section("results", "Results", figures);
}

Html claims_section(const StudyTable& table) {
  return section("claims", "Claims",
                 {grid_figure(claims_grid(table),
                              "A claim holds, or does not, where Holm's adjusted p-value, among "
                              "all claims, shows a difference; or where two one-sided tests show "
                              "that there is none. Verdicts speak of these lengths of the run.")});
}

Html forest_section(const StudyTable& table) {
  const auto judged = [](const TableRow& row) {
    return row.against_base || row.against_before || row.left_out;
  };
  if (!any_row(table, judged)) return {};
  return html(
      R"(<section id="forest"><h2>Every seed</h2><div class="figure" id="forest-plot"></div><figcaption>Each
        dot is the difference of one seed, the diamond their mean; it is hollow where nothing was
        decided. Thick line: {}% interval for this difference alone; thin line: simultaneous
        interval for all {}. Shaded: differences within the margin of ±{}, which do not matter.
        Green is better, orange worse, blue no different within the margin. An arrow marks an
        interval that goes on beyond the axis.</figcaption></section>)",
      fmt::format("{:g}", 100 * table.level), count_text(table.comparisons),
      with_unit(fmt::format("{:g}", table.margin), table.column));
}

Html effects_section(const StudyTable& table) {
  return section(
      "effects", "Effects",
      {grid_figure(sums_grid(table)),
       grid_figure(effects_grid(table),
                   table.contributions.empty()
                       ? ""
                       : "What adding a row changes, averaged over all orders in which the rows "
                         "can be added. The contributions add up to the gain of all rows."),
       grid_figure(interactions_grid(table),
                   "What two rows change together beyond what each changes alone; no single order "
                   "tells what either is worth.")});
}

Html curves_section(const StudyTable& table) {
  if (!any_row(table, [](const TableRow& row) { return !row.curve.empty(); })) return {};
  const bool values = table.curve.key == "validation.r2";
  return html(
      R"(<section id="curves"><h2>Learning curves</h2><ul class="choices" id="curve-key"></ul><div
        class="several">{}{}{}</div><figcaption>Means over the seeds, after every epoch. Training and
        validation loss are computed in the same way: evaluation mode and transforms, no penalty
        terms. The first quarter of the epochs may lie outside the axes. A row's button brings its
        curve to the front.</figcaption></section>)",
      curve_figure("accuracy", values ? "Validation R²" : "Validation accuracy, %"),
      curve_figure("validation_loss", "Validation loss"),
      curve_figure("gap", "Generalization gap in loss"));
}

Html cost_section(const StudyTable& table) {
  if (!any_row(table, [](const TableRow& row) { return row.seconds > 0; })) return {};
  return html(
      R"(<section id="cost"><h2>Cost</h2><div class="pair"><figure><h3>Cost against gain</h3><div
        class="figure" id="gain"></div><figcaption>Difference in {} with its {}% interval against the
        additional time of a run. Above and to the left is better and faster.</figcaption></figure><figure><h3>Pareto
        front</h3><div class="figure" id="front"></div><figcaption>{} against the time of a run,
        means over seeds. No row is at least as good as a filled one and faster. Times are of runs
        that may have shared the machine with others.</figcaption></figure></div></section>)",
      table.column.title, fmt::format("{:g}", 100 * table.level), value_title(table.validation));
}

Html tuning_section(const StudyTable& table) {
  Grid grid{.title = "Tuned numbers",
            .columns = {{"row", true}, {"option", true}, {"chosen"}, {"tried"}, {"runs"}},
            .rows = {}};
  for (const auto& row : table.rows)
    for (const auto& number : row.tuned) {
      std::vector<std::string> tried;
      for (const double value : number.tried) tried.push_back(fmt::format("{:g}", value));
      grid.rows.push_back(
          {{.text = row.name},
           {.text = number.path},
           {.text = number.value, .detail = number.at_edge ? "edge of what was tried" : ""},
           {.text = fmt::format("{}", fmt::join(tried, ", "))},
           {.text = count_text(row.tuning_runs)}});
    }
  return section("tuning", "Tuning",
                 {grid_figure(grid,
                              "Chosen by the validation set, with seeds that no table has, and at "
                              "most the same number of settings for every row.")});
}

Html method_section(const StudyTable& table) {
  Html list;
  for (const auto& sentence : method_sentences(table)) list += html("<li>{}</li>", sentence);
  return html(
      R"(<section id="method" class="study"><h2>Method</h2><ul>{}</ul>{}</section>)", list,
      grid_figure(undecided_grid(table),
                  "The smallest difference that these seeds would find in most such studies, and "
                  "the seeds that finding the difference of interest would take."));
}

}  // namespace temper::report
