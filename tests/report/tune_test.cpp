// Texts and pages of searches, from made-up results.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "temper/report/augment_search.h"
#include "temper/report/line_plot.h"
#include "temper/report/range_test.h"
#include "temper/report/search.h"

namespace temper::report {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

tune::SearchTable search_table() {
  tune::Parameter rate;
  rate.option = "optimizer.lr";
  rate.low = 1e-3;
  rate.high = 1;
  tune::Parameter width;
  width.option = "model.width";
  width.distribution = tune::Distribution::choice;
  width.values = {recipe::Node{std::int64_t{64}}, recipe::Node{std::int64_t{16}},
                  recipe::Node{std::string("a, b")}};
  tune::SearchTable table;
  table.name = "rates <b>";
  table.method = tune::Method::asha;
  table.eta = 3;
  table.rungs = {1, 3};
  table.parameters = {rate, width};
  const auto tried = [&](std::int64_t number, std::vector<std::string> values,
                         std::vector<tune::RungScore> rungs) {
    table.trials.push_back({.number = number,
                            .values = std::move(values),
                            .fingerprint = "f" + std::to_string(number),
                            .rungs = std::move(rungs)});
  };
  tried(0, {"0.01", "16"}, {{.epochs = 1, .score = 0.7}});
  tried(1, {"0.1", "\"a, b\""}, {{.epochs = 1, .score = 0.8}, {.epochs = 3, .score = 0.75}});
  tried(2, {"1", "16"}, {{.epochs = 1, .score = std::nullopt}});
  tried(3, {"0.5", "16"}, {});
  table.best = table.ranking().front();
  return table;
}

TEST(TuneReport, RanksTrialsByHowFarTheyGot) {
  EXPECT_THAT(search_table().ranking(), ElementsAre(1, 0, 2, 3));
}

TEST(TuneReport, ASearchAsText) {
  const auto text = search_text(search_table());
  EXPECT_THAT(text, StartsWith("rates <b>: 3 of 4 trials, 1 diverged\n"));
  EXPECT_THAT(text, ContainsRegex("\n    2       75.00       3  optimizer.lr = 0.1, "));
  EXPECT_THAT(text, HasSubstr("diverged"));
  EXPECT_THAT(text, HasSubstr("rungs at 1, 3 epochs"));
}

TEST(TuneReport, ASearchAsCsv) {
  const auto csv = search_csv(search_table());
  EXPECT_THAT(csv, StartsWith("trial,epochs,score,outcome,fingerprint,optimizer.lr,model.width\n"));
  EXPECT_THAT(csv, HasSubstr("\n2,3,0.75,finished,f1,0.1,\"\"\"a, b\"\"\"\n"));
  EXPECT_THAT(csv, HasSubstr("\n3,1,,diverged,f2,1,16\n"));
}

TEST(TuneReport, ASearchAsAPageNeedsNoScriptAndNoNetwork) {
  const auto page = search_page(search_table());
  EXPECT_THAT(page, HasSubstr("rates &lt;b&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("rates <b>")));
  EXPECT_EQ(count(page, "<polyline"), 3U) << "a line for each trial that has ended";
  EXPECT_EQ(count(page, "class=\"axis-name\""), 4U) << "two options, epochs, score";
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, HasSubstr("The search has not finished"));
  // Choices are in the order of the file, not in that of their digits.
  const auto last = page.find("&quot;a, b&quot;</text>");
  EXPECT_LT(page.find(">64</text>"), page.find(">16</text>"));
  EXPECT_LT(page.find(">16</text>"), last);
  EXPECT_NE(last, std::string::npos);
}

TEST(TuneReport, TicksAreRoundNumbers) {
  EXPECT_THAT(ticks(0, 1), ElementsAre(0, DoubleEq(0.2), DoubleEq(0.4),
                                       DoubleEq(0.6000000000000001), DoubleEq(0.8), 1));
  EXPECT_THAT(ticks(12, 48), ElementsAre(20, 30, 40));
  EXPECT_TRUE(ticks(1, 1).empty());
}

TEST(TuneReport, ARangeTest) {
  tune::RangeTest test;
  test.name = "mine";
  test.options.steps = 4;
  test.points = {{.step = 1, .lr = 1e-3, .loss = 2.5, .smoothed = 2.5},
                 {.step = 2, .lr = 1e-2, .loss = 1.5, .smoothed = 1.7},
                 {.step = 3, .lr = 1e-1, .loss = 1, .smoothed = 1.3}};
  test.diverged = true;
  test.suggestions = {.steepest_descent = 0.01, .minimum_tenth = 0.01, .lowest_at = 0.1};
  const auto text = range_test_text(test);
  EXPECT_THAT(text, AllOf(HasSubstr("after 3 of 4 steps"), ContainsRegex("steepest descent +0.01 "),
                          HasSubstr("fastai")));
  EXPECT_THAT(range_test_csv(test),
              StartsWith("step,lr,loss,smoothed_loss\n1,0.001,2.5,2.5\n2,0.01,1.5,1.7\n"));
  const auto page = range_test_page(test);
  EXPECT_EQ(count(page, "<polyline"), 2U);
  EXPECT_THAT(page, HasSubstr("steepest descent</text>"));
}

TEST(TuneReport, AGridAsAHeatMap) {
  tune::AugmentTable table;
  table.name = "mine";
  table.num_ops = {1, 2};
  table.magnitudes = {3, 9};
  const auto scored = [](const std::string& name, std::optional<double> score) {
    return tune::ScoredSetting{.name = name, .recipe = {}, .scores = {score}};
  };
  table.settings = {scored("a", 0.5), scored("b", 0.75), scored("c", std::nullopt),
                    scored("d", 0.6)};
  table.as_is = scored("the recipe as it is", 0.7);
  const auto text = augment_text(table);
  EXPECT_THAT(text, HasSubstr("75.00*"));
  EXPECT_THAT(text, HasSubstr("diverged"));
  EXPECT_THAT(text, HasSubstr("b: 75.00; the recipe as it is: 70.00; difference +5.00 points."));
  const auto page = augment_page(table);
  EXPECT_THAT(page, HasSubstr(R"(style="--ink:1.00"><strong>75.00</strong>)"));
  EXPECT_THAT(page, HasSubstr(R"(style="--ink:0.40">60.00)"));
}

}  // namespace
}  // namespace temper::report
