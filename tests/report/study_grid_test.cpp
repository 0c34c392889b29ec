// The tables of a study.
#include "temper/report/study_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/report/study_tables.h"

namespace temper::report {
namespace {

using statistics::Verdict;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> titles(const Grid& grid) {
  std::vector<std::string> list;
  for (const auto& column : grid.columns) list.push_back(column.title);
  return list;
}

const GridCell& cell(const Grid& grid, std::size_t row, const std::string& title) {
  const auto names = titles(grid);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == title) return grid.rows.at(row).at(i);
  throw std::out_of_range(title);
}

TEST(StudyNumbers, HaveTypographicSigns) {
  EXPECT_EQ(signed_text(0.314, 2), "+0.31");
  EXPECT_EQ(signed_text(-0.316, 2), "−0.32");
  EXPECT_EQ(signed_text(-0.001, 2), "0.00");
  EXPECT_EQ(signed_text(0, 1), "0.0");
  EXPECT_EQ(signed_text(std::numeric_limits<double>::quiet_NaN(), 2), "not finite");
  EXPECT_EQ(signed_interval({-0.1, 0.25}, 2), "−0.10 to +0.25");
  EXPECT_EQ(p_text(0.0004), "< 0.001");
  EXPECT_EQ(p_text(0.25), "0.250");
}

TEST(RowsGrid, ADifferenceWithoutVarianceHasNoPValue) {
  auto table = fake::single();
  auto& judged = *table.rows[1].against_base;
  judged.verdict = Verdict::undecided;
  judged.difference.t = std::numeric_limits<double>::quiet_NaN();
  const auto grid = rows_grid(table);
  EXPECT_EQ(cell(grid, 1, "verdict").text, "undecided");
  EXPECT_EQ(cell(grid, 1, "verdict").detail, "the differences have no variance");
}

TEST(RowsGrid, OfAnAdditiveStudyHasTheGainsOfBothOrders) {
  const auto grid = rows_grid(fake::additive());
  EXPECT_THAT(titles(grid), ElementsAre("row", "kind", "test accuracy, %", "validation accuracy, %",
                                        "gain over the rows above", "verdict", "difference to base",
                                        "to base, over images", "gain over all others", "verdict",
                                        "time of a run"));
  ASSERT_EQ(grid.rows.size(), 3U);
  EXPECT_EQ(grid.rows[0][0].text, "base");
  EXPECT_EQ(cell(grid, 1, "kind").text, "architecture");
  EXPECT_EQ(cell(grid, 0, "test accuracy, %").text, "80.38 ± 0.32");
  EXPECT_EQ(cell(grid, 1, "validation accuracy, %").detail, "rank 1");
  EXPECT_EQ(cell(grid, 1, "gain over the rows above").text, "+2.00");
  EXPECT_EQ(cell(grid, 2, "gain over the rows above").text, "0.00");
  EXPECT_EQ(cell(grid, 1, "verdict").verdict, Verdict::better);
  EXPECT_EQ(cell(grid, 2, "verdict").text, "undecided");
  EXPECT_EQ(cell(grid, 2, "to base, over images").text, "+1.50 to +2.50");
  EXPECT_EQ(cell(grid, 0, "verdict").text, "");
}

TEST(RowsGrid, LeavesOutColumnsWithoutNumbers) {
  auto table = fake::single();
  for (auto& row : table.rows) row.seconds = 0;
  EXPECT_THAT(titles(rows_grid(table)),
              ElementsAre("row", "test accuracy, %", "validation accuracy, %", "difference to base",
                          "verdict"));
  // Without a test set there is one figure only.
  table.column = table.validation;
  EXPECT_THAT(titles(rows_grid(table)),
              ElementsAre("row", "validation accuracy, %", "difference to base", "verdict"));
}

TEST(RowsGrid, HasNoVerdictsBeforeTheStudyIsComplete) {
  auto table = fake::additive();
  table.complete = false;
  EXPECT_THAT(titles(rows_grid(table)), Not(Contains("verdict")));
  EXPECT_THAT(titles(rows_grid(table)), Contains("gain over the rows above"));
  EXPECT_THAT(titles(sums_grid(table)), Not(Contains("verdict")));
  table.claims = {{.text = "Wide is better", .column = table.column, .outcome = "undecided"}};
  EXPECT_THAT(titles(claims_grid(table)), Not(Contains("verdict")));
}

TEST(RowsGrid, SaysWhichRowsDivergedOrAreNotComplete) {
  auto table = fake::single();
  table.rows.push_back(fake::diverged_row("hot"));
  table.rows[1].finished = 3;
  table.rows[1].missing = 1;
  const auto grid = rows_grid(table);
  EXPECT_EQ(cell(grid, 2, "test accuracy, %").text, "1 of 4 runs diverged");
  EXPECT_EQ(cell(grid, 2, "difference to base").text, "");
  EXPECT_EQ(cell(grid, 1, "test accuracy, %").detail, "3 of 4 runs");
}

TEST(RowsGrid, NamesTheTunedNumbers) {
  auto table = fake::single();
  table.rows[1].tuned = {
      {.path = "optimizer.lr", .value = "0.3", .tried = {0.1, 0.3}, .at_edge = true}};
  EXPECT_EQ(rows_grid(table).rows[1][0].detail, "optimizer.lr = 0.3 (edge of what was tried)");
}

TEST(RowsGrid, HasFurtherFigures) {
  auto table = fake::single();
  table.columns = {{.key = "gap.loss", .title = "gap in loss", .digits = 3}};
  table.rows[0].figures = {{.mean = study::Mean{.n = 4, .mean = 0.25, .deviation = 0.125}}};
  table.rows[1].figures = {{}};
  const auto grid = rows_grid(table);
  EXPECT_EQ(cell(grid, 0, "gap in loss").text, "0.250 ± 0.125");
  EXPECT_EQ(cell(grid, 1, "gap in loss").text, "");
}

TEST(Grids, OfOtherLengthsAreApart) {
  auto table = fake::single();
  table.lengths = {"30 epochs"};
  table.rows.push_back(fake::row("wide, 30 epochs", fake::kSmooth));
  table.rows.back().length = 0;
  const auto all = grids(table);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].rows.size(), 2U);
  EXPECT_EQ(all[1].title, "30 epochs");
  EXPECT_EQ(all[1].rows.size(), 1U);
}

TEST(Grids, OfAnAdditiveStudy) {
  std::vector<std::string> names;
  for (const auto& grid : grids(fake::additive())) names.push_back(grid.title);
  EXPECT_THAT(
      names, ElementsAre("Rows", "Each row left out", "Sums by kind", "What could not be decided"));
  const auto sums = sums_grid(fake::additive());
  EXPECT_THAT(titles(sums), ElementsAre("kind", "sum of the gains", "verdict",
                                        "sum of the gains over all others", "verdict"));
  EXPECT_EQ(cell(sums, 0, "sum of the gains").text, "+2.00");
  EXPECT_EQ(undecided_grid(fake::additive()).rows[0][3].text, "1234");
}

TEST(EffectsGrid, OfTwoByTwoAndOfOrders) {
  auto table = fake::table(study::Mode::two_by_two);
  table.effects = {{"architecture", study::Tag::none, fake::judged(fake::kWide, fake::kBase)},
                   {"interaction", study::Tag::none, std::nullopt}};
  auto grid = effects_grid(table);
  EXPECT_THAT(titles(grid), ElementsAre("effect", "difference", "verdict"));
  EXPECT_EQ(cell(grid, 1, "difference").text, "");

  table = fake::table(study::Mode::orders);
  table.contributions = {
      {"wide", study::Tag::architecture, fake::judged(fake::kWide, fake::kBase)}};
  table.interactions = {{"wide", "smoothing", {.n = 4, .mean = -0.5}, 0.01}};
  grid = effects_grid(table);
  EXPECT_THAT(titles(grid),
              ElementsAre("row", "kind", "contribution, mean over all orders", "verdict"));
  EXPECT_EQ(interactions_grid(table).rows[0][0].text, "wide and smoothing");
  EXPECT_EQ(interactions_grid(table).rows[0][1].text, "−0.50");
}

TEST(ClaimsGrid, SaysAtWhichLength) {
  auto table = fake::single();
  table.lengths = {"30 epochs"};
  const study::ClaimRow claim{.text = "Wide is better",
                              .source = "A and B 2016",
                              .expected = "test accuracy higher: wide than base",
                              .column = table.column,
                              .judged = fake::judged(fake::kWide, fake::kBase),
                              .smallest_detectable = 0.75,
                              .outcome = "holds"};
  table.claims = {claim, claim};
  table.claims[1].length = 0;
  table.claims[1].judged.reset();
  table.claims[1].outcome = "a run diverged";
  const auto grid = claims_grid(table);
  EXPECT_EQ(cell(grid, 0, "length").text, "as the base");
  EXPECT_EQ(cell(grid, 1, "length").text, "30 epochs");
  EXPECT_EQ(cell(grid, 0, "measured").text, "+2.00 points");
  EXPECT_EQ(cell(grid, 0, "smallest detectable").text, "0.75 points");
  EXPECT_EQ(cell(grid, 1, "measured").text, "");
  EXPECT_EQ(cell(grid, 1, "verdict").text, "a run diverged");
}

TEST(LiveGrid, CountsRuns) {
  auto table = fake::additive();
  table.rows[2].finished = 1;
  table.rows[2].missing = 3;
  table.rows.push_back(fake::diverged_row("hot"));
  const auto grid = live_grid(table);
  EXPECT_THAT(titles(grid), ElementsAre("row", "runs", "test accuracy, %", "difference"));
  EXPECT_EQ(grid.rows[0][1].text, "4/4");
  EXPECT_EQ(grid.rows[2][1].text, "1/4");
  EXPECT_EQ(grid.rows[4][1].text, "4/4 diverged");
}

TEST(MethodSentences, SayWhatTheNumbersMean) {
  const auto table = fake::additive();
  const auto list = method_sentences(table);
  EXPECT_THAT(list, Contains(HasSubstr("4 seeds (1 to 4)")));
  EXPECT_THAT(list, Contains(HasSubstr("The test set was scored for this table only")));
  EXPECT_THAT(list, Contains(HasSubstr("They cover other seeds on these images")));
  EXPECT_THAT(list, Contains(HasSubstr("by Bonferroni's, for 3 differences")));
  EXPECT_THAT(list, Contains(HasSubstr("within ±0.2 points")));
  EXPECT_THAT(list, Contains(HasSubstr("correlate by 0.25")));
  EXPECT_THAT(list, Contains(table.saved));
  auto other = fake::single();
  other.column = other.validation;
  other.seeds = {3, 5};
  other.splits_redrawn = true;
  EXPECT_THAT(method_sentences(other), Contains(HasSubstr("2 seeds (3, 5)")));
  EXPECT_THAT(method_sentences(other), Contains(HasSubstr("a validation split of its own")));
  EXPECT_THAT(method_sentences(other), Contains(HasSubstr("There is no test set")));
  EXPECT_THAT(method_sentences(other), Not(Contains(HasSubstr("equal seeds bought"))));
  // Whether there is a test set is not known before the end.
  other.complete = false;
  EXPECT_THAT(method_sentences(other), Contains(HasSubstr("The study has not finished")));
  EXPECT_THAT(method_sentences(other), Not(Contains(HasSubstr("There is no test set"))));
  EXPECT_THAT(method_sentences(other), Not(Contains(HasSubstr("p-values"))));
}

}  // namespace
}  // namespace temper::report
