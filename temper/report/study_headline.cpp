#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/report/elements.h"
#include "temper/report/number.h"
#include "temper/report/study_sections.h"

namespace temper::report {
namespace {

using statistics::Judged;
using statistics::Verdict;
using study::Mode;
using study::StudyTable;
using study::TableRow;

/// The row with all rows added; null where the mode adds none, or it is not known yet.
const TableRow* whole(const StudyTable& table) {
  if (!table.complete || table.mode != Mode::additive || !table.claims.empty()) return nullptr;
  const TableRow* last = nullptr;
  for (const auto& row : table.rows)
    if (!row.leaves_out && !row.length && row.row) last = &row;
  return last != nullptr && last->against_base && last->value && table.rows.front().value ? last
                                                                                          : nullptr;
}

Html gain_of(const StudyTable& table, const TableRow& all) {
  const auto& judged = *all.against_base;
  const int digits = table.column.digits;
  const auto value = [&](const TableRow& row) {
    return fmt::format("{:.{}f}", row.value->mean, digits);
  };
  const auto& unit = table.column.unit;
  return html(
      R"(<p class="big">{}</p><p class="what">{}{}, all rows together</p><p>{}% interval
        {}<br>from {} to {}</p><p class="basis">{} paired by seed; the interval covers other seeds
        on these images</p>)",
      signed_text(judged.difference.mean, digits), unit.empty() ? "" : unit + " of ",
      table.column.title, fmt::format("{:g}", 100 * table.level),
      signed_interval(judged.interval, digits), value(table.rows.front()), value(all),
      counted(judged.difference.n, "run"));
}

Html claims_of(const StudyTable& table) {
  if (!table.complete) return html(R"(<p class="none">No claim has been judged yet.</p>)");
  const auto holding = std::ranges::count(table.claims, "holds", &study::ClaimRow::outcome);
  const auto failing = std::ranges::count(table.claims, "does not hold", &study::ClaimRow::outcome);
  return html(
      R"(<p class="big">{} of {}</p><p class="what">claims hold</p><p>{} do not hold, {} are not
        decided</p>)",
      holding, table.claims.size(), failing,
      static_cast<std::int64_t>(table.claims.size()) - holding - failing);
}

/// The differences whose verdicts the headline counts.
struct Answers {
  std::vector<const std::optional<Judged>*> differences;
  std::string what;
};

/// What answers the question of the study's mode: each row against the one before it or the base;
/// in leave_one_out, what it adds to all the others; in orders its mean over all orders; in
/// two_by_two all differences and effects.
Answers answers_of(const StudyTable& table) {
  Answers answers{.differences = {}, .what = "rows are better in " + table.column.title};
  if (table.mode == Mode::leave_one_out) {
    for (const auto& row : table.rows) answers.differences.push_back(&row.left_out);
    answers.what += ", added to all the others";
  } else if (table.mode == Mode::two_by_two) {
    for (const auto& row : table.rows)
      answers.differences.insert(answers.differences.end(), {&row.against_base, &row.left_out});
    for (const auto& effect : table.effects) answers.differences.push_back(&effect.judged);
    answers.what = "differences and effects are better in " + table.column.title;
  } else if (table.mode == Mode::orders) {
    for (const auto& row : table.contributions) answers.differences.push_back(&row.judged);
    answers.what += ", in the mean over all orders";
  } else {
    for (const auto& row : table.rows)
      answers.differences.push_back(row.against_before ? &row.against_before : &row.against_base);
  }
  return answers;
}

Html verdicts_of(const StudyTable& table) {
  const auto answers = answers_of(table);
  std::array<std::int64_t, 4> counts{};
  for (const auto* judged : answers.differences)
    if (*judged) ++counts[static_cast<std::size_t>((*judged)->verdict)];
  const auto count = [&](Verdict verdict) { return counts[static_cast<std::size_t>(verdict)]; };
  const auto all = counts[0] + counts[1] + counts[2] + counts[3];
  if (all == 0 || !table.complete)
    return html(R"(<p class="none">No difference has been judged yet.</p>)");
  return html(
      R"(<p class="big">{} of {}</p><p class="what">{}</p><p>{} worse, {} no different within the
        margin, {} undecided</p>)",
      count(Verdict::better), all, answers.what, count(Verdict::worse),
      count(Verdict::no_different), count(Verdict::undecided));
}

Html finding(const StudyTable& table) {
  if (!table.claims.empty()) return claims_of(table);
  if (const auto* all = whole(table)) return gain_of(table, *all);
  return verdicts_of(table);
}

Html facts_of(const StudyTable& table) {
  std::int64_t diverged = 0;
  for (const auto& row : table.rows) diverged += row.diverged;
  Html list = fact("Runs", count_text(table.runs),
                   diverged > 0 ? fmt::format("{} diverged", count_text(diverged)) : "");
  list += fact("Seeds", count_text(std::ssize(table.seeds)), "the same in every row");
  list += fact("Training time", duration_text(table.seconds), "one run after another");
  if (table.complete)
    list += fact("Differences", count_text(table.comparisons), "judged together, by Holm");
  list += fact("Margin", with_unit(fmt::format("±{:g}", table.margin), table.column),
               "differences that do not matter");
  if (table.detect > 0)
    list += fact("To be found", with_unit(fmt::format("{:g}", table.detect), table.column),
                 fmt::format("in {:g}% of such studies", 100 * table.power));
  if (table.pairing)
    list += fact("Correlation by seed", signed_text(table.pairing->correlation, 2),
                 "of the two sides of a difference");
  const auto best = std::ranges::find_if(
      table.rows, [](const TableRow& row) { return row.rank == 1 && !row.length; });
  if (best != table.rows.end() && best->value)
    list += fact(
        "Best by validation", best->name,
        fmt::format("{}: {:.{}f}", table.column.title, best->value->mean, table.column.digits));
  return list;
}

std::string kind_of(Mode mode) {
  switch (mode) {
    case Mode::additive:
      return "rows added one after the other";
    case Mode::leave_one_out:
      return "all rows, and all but one";
    case Mode::one_at_a_time:
      return "one change at a time";
    case Mode::grid:
      return "every combination";
    case Mode::random:
      return "combinations drawn at random";
    case Mode::orders:
      return "mean over all orders";
    case Mode::two_by_two:
      return "old and new architecture with old and new training";
  }
  return "";
}

}  // namespace

Html study_headline(const StudyTable& table) {
  return html(
      R"(<header><p class="kicker">Study: {}</p><h1 class="name">{}</h1><p class="status">{}</p></header><div
        class="hero"><div class="headline">{}</div><dl class="facts">{}</dl></div>)",
      kind_of(table.mode), table.name, table.description, finding(table), facts_of(table));
}

Html study_notices(const StudyTable& table) {
  Html list;
  if (!table.complete)
    list += html(
        "<li><strong>The study has not finished.</strong> The page shows the runs that had ended "
        "when it was written.</li>");
  for (const auto& note : table.notes) list += html("<li>{}</li>", note);
  if (list.markup.empty()) return {};
  return html(R"(<ul class="notices" aria-label="Notices">{}</ul>)", list);
}

}  // namespace temper::report
