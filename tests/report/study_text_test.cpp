// What a study found, as text for terminals, documents and programs.
#include "temper/report/study_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "temper/io/format/csv.h"
#include "temper/report/study_csv.h"
#include "temper/report/study_json.h"
#include "tests/report/study_tables.h"

namespace temper::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Grid two_rows() {
  return {.title = "Results",
          .columns = {{"row", true}, {"accuracy"}, {"verdict", true}},
          .rows = {{{.text = "base"}, {.text = "80.0 ± 0.1"}, {}},
                   {{.text = "wide", .detail = "lr = 0.1"},
                    {.text = "9.0"},
                    {.text = "worse", .detail = "p < 0.001"}}}};
}

TEST(TerminalTable, AlignsItsColumns) {
  EXPECT_EQ(terminal_table(two_rows()),
            "row                accuracy  verdict\n"
            "base             80.0 ± 0.1\n"
            "wide (lr = 0.1)         9.0  worse (p < 0.001)\n");
  EXPECT_EQ(terminal_table(two_rows(), /*details=*/false),
            "row     accuracy  verdict\n"
            "base  80.0 ± 0.1\n"
            "wide         9.0  worse\n");
}

TEST(TerminalTable, ShowsNoControlCharacters) {
  const Grid grid{.title = "", .columns = {{"row", true}}, .rows = {{{.text = "a\x1b[2Jb\nc"}}}};
  EXPECT_EQ(terminal_table(grid), "row\na\\x1b[2Jb\\nc\n");
}

TEST(MarkdownTable, EscapesNames) {
  const Grid grid{.title = "",
                  .columns = {{"row", true}, {"accuracy"}},
                  .rows = {{{.text = "a|b_*`c`<d>"}, {.text = "80.0 ± 0.1", .detail = "rank 1"}}}};
  EXPECT_EQ(markdown_table(grid),
            "| row | accuracy |\n|---|---:|\n"
            "| a\\|b\\_\\*\\`c\\`\\<d\\> | 80.0 ± 0.1 (rank 1) |\n");
}

TEST(LatexTable, EscapesNames) {
  const Grid grid{.title = "",
                  .columns = {{"row", true}, {"accuracy, %"}},
                  .rows = {{{.text = "50% & $5_{x}^2 #1 ~\\<>"}, {.text = "−0.1 ± 0.2"}}}};
  EXPECT_EQ(latex_table(grid),
            "\\begin{tabular}{lr}\n\\toprule\nrow & accuracy, \\% \\\\\n\\midrule\n"
            "50\\% \\& \\$5\\_\\{x\\}\\textasciicircum{}2 \\#1 "
            "\\textasciitilde{}\\textbackslash{}\\textless{}\\textgreater{} & $-$0.1 $\\pm$ 0.2 "
            "\\\\\n\\bottomrule\n\\end{tabular}\n");
}

TEST(LatexTable, QuotationMarksNeedNoFontEncoding) {
  const Grid grid{
      .title = "", .columns = {{"row", true}}, .rows = {{{.text = "the \"wide\" one"}}}};
  EXPECT_THAT(latex_table(grid), HasSubstr("\nthe {''}wide{''} one \\\\\n"));
}

TEST(LatexTable, ANameIsNoArgumentOfTheRowAboveIt) {
  const Grid grid{
      .title = "", .columns = {{"row", true}}, .rows = {{{.text = "[16, 32]"}}, {{.text = "*"}}}};
  EXPECT_THAT(latex_table(grid), HasSubstr("\\midrule\n{[}16, 32] \\\\\n{*} \\\\\n"));
}

TEST(StudyText, HasTablesAndSentencesInEveryFormat) {
  auto table = fake::additive();
  table.notes = {"Nothing was tuned."};
  EXPECT_THAT(to_text(table),
              AllOf(HasSubstr("a study\nWhat helps?\n\nRows\nrow "),
                    HasSubstr("\nEach row left out\n"), HasSubstr("\nNothing was tuned.\n")));
  EXPECT_THAT(to_text(table, StudyFormat::markdown),
              AllOf(HasSubstr("**Rows**\n\n| row |"), HasSubstr("\n- Nothing was tuned.\n")));
  EXPECT_THAT(to_text(table, StudyFormat::latex),
              AllOf(HasSubstr("% Rows\n\\begin{tabular}"), HasSubstr("\nNothing was tuned.\n")));
  EXPECT_EQ(to_text(table, StudyFormat::csv), study_csv(table));
  EXPECT_EQ(to_text(table, StudyFormat::json), study_json_text(table));
}

/// The fields of a line by the names in the header.
std::vector<std::map<std::string, std::string>> lines_of(const std::string& csv) {
  std::vector<std::string> names;
  std::vector<std::map<std::string, std::string>> lines;
  io::read_csv(csv, "table.csv", [&](std::int64_t, std::span<const std::string> fields) {
    if (names.empty()) {
      names.assign(fields.begin(), fields.end());
      return;
    }
    auto& line = lines.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) line[names[i]] = fields[i];
  });
  return lines;
}

TEST(StudyCsv, IsReadBackWithAllDigits) {
  auto table = fake::single("wide, \"x\"\nand more");
  table.columns = {{.key = "gap.loss", .title = "gap in loss"}};
  table.rows[1].figures = {{.mean = study::Mean{.n = 4, .mean = 0.1, .deviation = 0.5}}};
  table.rows.push_back(fake::diverged_row("hot"));
  const auto lines = lines_of(study_csv(table));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1].at("row"), "wide, \"x\"\nand more");
  EXPECT_EQ(lines[0].at("test.accuracy"), "80.375");
  EXPECT_EQ(lines[1].at("against_base"), "2");
  EXPECT_EQ(lines[1].at("against_base_verdict"), "better");
  EXPECT_EQ(lines[1].at("gap.loss"), "0.1");
  EXPECT_EQ(lines[0].at("against_base"), "");
  EXPECT_EQ(lines[2].at("diverged"), "1");
  EXPECT_EQ(lines[2].at("against_base_p"), "");
}

TEST(StudyCsv, NamesPValuesAsJsonDoes) {
  auto table = fake::single();
  auto& judged = *table.rows[1].against_base;
  judged.adjusted_p = 0.25;
  judged.equivalence_p = 0.5;
  judged.adjusted_equivalence_p = 0.75;
  const auto line = lines_of(study_csv(table)).at(1);
  const auto json = nlohmann::json::parse(study_json_text(table));
  for (const std::string name : {"adjusted_p", "equivalence_p", "adjusted_equivalence_p"})
    EXPECT_EQ(std::stod(line.at("against_base_" + name)),
              json["rows"][1]["against_base"][name].get<double>())
        << name;
}

TEST(StudyJson, HasEveryRun) {
  const auto json = nlohmann::json::parse(study_json_text(fake::additive()));
  EXPECT_EQ(json["name"], "a study");
  EXPECT_EQ(json["mode"], "additive");
  EXPECT_EQ(json["figure"]["key"], "test.accuracy");
  ASSERT_EQ(json["rows"].size(), 4U);
  EXPECT_EQ(json["rows"][1]["runs"][2]["value"], 82.25);
  EXPECT_EQ(json["rows"][1]["against_before"]["verdict"], "better");
  EXPECT_EQ(json["rows"][0]["against_base"], nullptr);
  EXPECT_EQ(json["rows"][2]["over_images"]["low"], 1.5);
  EXPECT_EQ(json["rows"][3]["leaves_out"], true);
  EXPECT_EQ(json["rows"][1]["curve"][2]["epoch"], 3);
  EXPECT_EQ(json["rows"][1]["curve"][2]["accuracy"], 87.5) << "in percent, as everywhere";
  EXPECT_EQ(json["pairing"]["gain"], 1.125);
  EXPECT_EQ(json["undecided"][0]["seeds"], 1234);
}

TEST(StudyJson, IsValidWhateverNamesAreAndNumbers) {
  auto table = fake::single("\xff\"\n");
  table.rows[1].seconds = std::numeric_limits<double>::infinity();
  const auto json = nlohmann::json::parse(study_json_text(table));
  EXPECT_EQ(json["rows"][1]["seconds"], nullptr);
}

}  // namespace
}  // namespace temper::report
