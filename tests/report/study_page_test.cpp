// The page of a study.
#include "temper/report/study_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tests/report/study_tables.h"

namespace temper::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPlots = R"(<script type="application/json" id="plots">)";

/// The numbers that the script draws.
nlohmann::json plots(const std::string& page) {
  const auto from = page.find(kPlots) + kPlots.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

/// What is seen without the script.
std::string body(const std::string& page) {
  const auto from = page.find("<main>");
  return page.substr(from, page.find(kPlots) - from);
}

TEST(StudyPage, OfAnAdditiveStudyHasAllSections) {
  const auto page = study_page(fake::additive());
  EXPECT_THAT(page, HasSubstr("<title>a study · temper</title>"));
  for (const auto* id : {"results", "forest", "effects", "curves", "cost", "method"})
    EXPECT_THAT(page, HasSubstr(std::string("<section id=\"") + id + "\""));
  EXPECT_THAT(body(page), AllOf(HasSubstr("all rows together"), HasSubstr("What helps?"),
                                HasSubstr(R"(<span class="verdict better">better</span>)"),
                                HasSubstr(R"(<span class="verdict undecided">undecided</span>)"),
                                HasSubstr("What could not be decided")));
  EXPECT_THAT(body(page), Not(HasSubstr("{{")));
  // Nothing is fetched.
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
}

TEST(StudyPage, ForestHasTheDifferencesOfEverySeed) {
  const auto forest = plots(study_page(fake::additive()))["forest"];
  ASSERT_EQ(forest.size(), 4U);
  EXPECT_EQ(forest[0]["group"], "gain over the rows above");
  EXPECT_EQ(forest[0]["name"], "wide");
  EXPECT_EQ(forest[0]["cls"], "better");
  EXPECT_EQ(forest[0]["values"], nlohmann::json({2.0, 2.25, 2.0, 1.75}));
  EXPECT_EQ(forest[0]["seeds"], nlohmann::json(fake::kSeeds));
  EXPECT_EQ(forest[0]["extra_seconds"], 10.0);
  EXPECT_EQ(forest[1]["values"], nlohmann::json({0.0, 0.5, -0.5, 0.0}));
  // All rows minus all but one, neither of which is the row.
  EXPECT_EQ(forest[2]["group"], "gain over all others");
  EXPECT_EQ(forest[2]["values"], nlohmann::json({1.75, 2.75, 1.25, 1.75}));
  EXPECT_EQ(forest[2]["extra_seconds"], 10.0);
}

TEST(StudyPage, ForestHasEverySeedAlsoAfterAPilot) {
  // After a pilot the deviation of a difference is not that of the points.
  auto table = fake::single();
  const std::vector<statistics::Comparison> planned{
      {.a = fake::kWide, .b = fake::kBase, .pilot = 2}};
  table.rows[1].against_base = statistics::judge(planned, {.margin = 0.2}).front();
  table.mode = study::Mode::orders;
  table.contributions = {{"wide",
                          study::Tag::architecture,
                          table.rows[1].against_base,
                          {{.seed = 1, .value = 2.0}, {.seed = 2, .value = 2.25}}}};
  const auto forest = plots(study_page(table))["forest"];
  ASSERT_EQ(forest.size(), 2U);
  EXPECT_EQ(forest[0]["values"], nlohmann::json({2.0, 2.25, 2.0, 1.75}));
  EXPECT_EQ(forest[0]["extra_seconds"], 10.0);
  EXPECT_EQ(forest[1]["group"], "contributions");
  EXPECT_EQ(forest[1]["values"], nlohmann::json({2.0, 2.25}));
  EXPECT_EQ(forest[1]["seeds"], nlohmann::json({1, 2}));
}

TEST(StudyPage, HeadlineOfAllOrdersCountsContributions) {
  auto table = fake::single();
  table.mode = study::Mode::orders;
  table.contributions = {{"wide", study::Tag::architecture, table.rows[1].against_base}};
  EXPECT_THAT(body(study_page(table)),
              HasSubstr("rows are better in test accuracy, in the mean over all orders"));
}

TEST(StudyPage, NamesAreText) {
  for (const std::string name :
       {"<script>alert(1)</script>", "\"><img onerror=alert(1)>", "</script><!--", "a & b"}) {
    auto table = fake::single(name);
    table.name = name;
    table.notes = {name};
    table.rows[1].tuned = {{.path = "optimizer.lr", .value = name, .tried = {0.1}}};
    const auto page = study_page(table);
    EXPECT_THAT(body(page), Not(HasSubstr("<script>alert")));
    EXPECT_THAT(body(page), Not(HasSubstr("<img")));
    EXPECT_THAT(body(page), Not(HasSubstr("<!--")));
    EXPECT_EQ(plots(page)["forest"][0]["name"], name);
  }
}

TEST(StudyPage, OfEveryMode) {
  for (const auto mode :
       {study::Mode::additive, study::Mode::leave_one_out, study::Mode::one_at_a_time,
        study::Mode::grid, study::Mode::random, study::Mode::orders, study::Mode::two_by_two}) {
    auto table = fake::single();
    table.mode = mode;
    if (mode == study::Mode::two_by_two)
      table.effects = {{"interaction", study::Tag::none, fake::judged(fake::kWide, fake::kBase)}};
    if (mode == study::Mode::orders)
      table.contributions = {{"wide", study::Tag::architecture, table.rows[1].against_base}};
    const auto page = study_page(table);
    EXPECT_THAT(body(page), HasSubstr("<td>82.38 ± 0.32<")) << name_of(mode);
    EXPECT_EQ(plots(page)["arms"].size(), 2U);
    EXPECT_EQ(page.find(R"(<section id="effects")") != std::string::npos,
              mode == study::Mode::two_by_two || mode == study::Mode::orders)
        << name_of(mode);
  }
}

TEST(StudyPage, SaysWhatIsMissing) {
  auto table = fake::single();
  table.complete = false;
  table.rows.push_back(fake::diverged_row("hot"));
  table.notes = {"1 of 4 runs of hot diverged."};
  const auto page = study_page(table);
  EXPECT_THAT(
      body(page),
      AllOf(HasSubstr("The study has not finished."), HasSubstr("1 of 4 runs of hot diverged."),
            HasSubstr("1 of 4 runs diverged"), HasSubstr("No difference has been judged yet."),
            Not(HasSubstr("rows are better")), Not(HasSubstr("p-value"))));
  const auto forest = plots(page)["forest"];
  EXPECT_EQ(forest.back()["cls"], "lost");
  EXPECT_FALSE(forest.back().contains("low"));
}

TEST(StudyPage, BeforeTheFirstRun) {
  auto table = fake::table(study::Mode::additive);
  table.rows = {{.name = "base", .missing = 4}, {.name = "wide", .row = 0, .missing = 4}};
  table.sums = {{"architecture", study::Tag::architecture}};
  table.complete = false;
  table.seeds.clear();
  const auto page = study_page(table);
  EXPECT_THAT(body(page),
              AllOf(HasSubstr("No difference has been judged yet."), HasSubstr("0 of 4 runs")));
  EXPECT_THAT(body(page), Not(HasSubstr(R"(<section id="forest")")));
  EXPECT_THAT(body(page), Not(HasSubstr(R"(<section id="effects")")));
}

TEST(StudyPage, OfClaimsBeginsWithThem) {
  auto table = fake::single();
  table.claims = {{.text = "Wide is better", .column = table.column, .outcome = "holds"},
                  {.text = "Deep is better", .column = table.column, .outcome = "undecided"}};
  const auto page = study_page(table);
  EXPECT_THAT(body(page), HasSubstr(R"(<p class="big">1 of 2</p><p class="what">claims hold</p>)"));
  EXPECT_THAT(body(page), AllOf(HasSubstr(R"(<section id="claims")"), HasSubstr("Deep is better")));
  table.complete = false;
  EXPECT_THAT(body(study_page(table)),
              AllOf(HasSubstr("No claim has been judged yet."), Not(HasSubstr("claims hold</p>"))));
}

TEST(StudyPage, OfLeaveOneOutBeginsWithWhatRowsAddToTheOthers) {
  auto table = fake::single("all rows");
  table.mode = study::Mode::leave_one_out;
  for (const auto& [name, gain] :
       {std::pair("without wide", fake::judged(fake::kWide, fake::kBase)),
        std::pair("without smooth", fake::judged(fake::kSmooth, fake::kWide))}) {
    table.rows.push_back(fake::row(name, fake::kWide));
    table.rows.back().leaves_out = true;
    table.rows.back().left_out = gain;
  }
  EXPECT_THAT(body(study_page(table)),
              HasSubstr(R"(<p class="big">1 of 2</p><p class="what">rows are better in test )"
                        "accuracy, added to all the others</p>"));
}

TEST(StudyPage, OfTwoByTwoBeginsWithAllDifferencesAndEffects) {
  auto table = fake::single("new architecture");
  table.mode = study::Mode::two_by_two;
  table.rows.back().left_out = fake::judged(fake::kSmooth, fake::kWide);
  table.effects = {
      {"architecture", study::Tag::architecture, fake::judged(fake::kWide, fake::kBase)},
      {"interaction", study::Tag::none, fake::judged(fake::kSmooth, fake::kWide)}};
  EXPECT_THAT(body(study_page(table)),
              HasSubstr(R"(<p class="big">2 of 4</p><p class="what">differences and effects are )"
                        "better in test accuracy</p>"));
}

TEST(StudyPage, OfRegressionHasNoAccuracy) {
  auto table = fake::single();
  table.column = {.key = "test.r2", .title = "test R^2", .digits = 4};
  table.validation = {.key = "validation.r2", .title = "validation R^2", .digits = 4};
  table.curve = table.validation;
  EXPECT_THAT(body(study_page(table)),
              AllOf(HasSubstr("Validation R²"), Not(HasSubstr("Validation accuracy"))));
}

}  // namespace
}  // namespace temper::report
