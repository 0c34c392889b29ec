// The page of a regression run.
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "temper/measure/values.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using fake::Directory;
using fake::Json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Json score(double loss, double r2, int count) {
  return {{"loss", loss},
          {"accuracy", nullptr},
          {"count", count},
          {"errors", {{"rmse", 3.25}, {"mae", 2.5}, {"r2", r2}}}};
}

/// A hundred images with two targets, one with a name that must be escaped; the prediction of the
/// second target of image 7 is far off.
measure::ValuePredictions answers() {
  const auto x = at::linspace(0, 99, 100, at::kDouble);
  auto predicted = at::stack({x.add(1), x.mul(0.5)}, 1).contiguous();
  const auto targets = at::stack({x, x.mul(0.5)}, 1).contiguous();
  predicted[7][1] = 400;
  return {predicted, targets, {30, 15}};
}

void write_run(const Directory& run, bool tested) {
  const Json start = {{"event", "start"},  {"time", "2026-01-31T12:00:00Z"},
                      {"name", "angles"},  {"fingerprint", "00c0ffee"},
                      {"step", 0},         {"steps_per_epoch", 10},
                      {"total_steps", 20}, {"epochs", 2},
                      {"train_images", 9}, {"validation_images", 1},
                      {"test_images", 1},  {"classes", Json::array()},
                      {"height", 8},       {"width", 8},
                      {"channels", 1},     {"values", {"angle", "<b>"}}};
  run.log(start);
  for (int epoch = 1; epoch <= 2; ++epoch)
    run.log({{"event", "epoch"},
             {"epoch", epoch},
             {"step", 10 * epoch},
             {"seconds", 1.5 * epoch},
             {"raw", {{"train", score(0.25, 0.75, 50)}, {"validation", score(0.5, 0.625, 50)}}}});
  if (!tested) return;
  const auto test = answers();
  const auto ids = at::arange(100, at::kLong).add(1000);
  const auto deviation = at::tensor(test.deviation, at::kDouble);
  io::write_safetensors(run.path / "predictions.safetensors",
                        std::vector{fake::view("predicted", io::Dtype::f64, test.predicted),
                                    fake::view("targets", io::Dtype::f64, test.targets),
                                    fake::view("deviation", io::Dtype::f64, deviation),
                                    fake::view("ids", io::Dtype::i64, ids)});
  const auto worst = at::tensor(measure::largest_errors(test, 2), at::kLong);
  const auto pixels = at::full({2, 8, 8, 1}, 99, at::kByte);
  io::write_safetensors(run.path / "mistakes.safetensors",
                        std::vector{fake::view("images", io::Dtype::u8, pixels),
                                    fake::view("rows", io::Dtype::i64, worst)});
  Json line = score(measure::value_metrics(test).loss, 0.875, 100);
  line["event"] = "test";
  line["weights"] = "raw";
  run.log(line);
  run.log({{"event", "end"}, {"seconds", 31.5}, {"time", Json::object()}});
}

TEST(ValueReport, ShowsErrorsWhereAnotherShowsClasses) {
  const Directory run;
  write_run(run, true);
  const auto page = fake::render(run);
  EXPECT_THAT(page, AllOf(HasSubstr("test R²"), HasSubstr("0.8750"), HasSubstr("RMSE 3.250")));
  EXPECT_THAT(page, AllOf(HasSubstr("<section id=\"values\">"), HasSubstr("id=\"r2\""),
                          HasSubstr("validation R²"), HasSubstr("2 targets")));
  EXPECT_THAT(page, AllOf(HasSubstr("angle: predicted against true"), HasSubstr("&lt;b&gt;"),
                          Not(HasSubstr("<b>:"))));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("id=\"classes\"")), Not(HasSubstr("id=\"calibration\"")),
                          Not(HasSubstr("id=\"accuracy\"")), Not(HasSubstr("Cross-entropy")),
                          Not(HasSubstr("not finite"))));
  const auto first = page.find("src=\"data:image/png");
  EXPECT_THAT(page.substr(first, 900), AllOf(HasSubstr("image 1"), HasSubstr("400")));
  const auto plots = fake::plotted(page);
  EXPECT_EQ(plots["raw"]["validation"][0]["errors"]["r2"], 0.625);
  EXPECT_EQ(plots["loss"], "Mean squared error");
}

TEST(ValueReport, DrawsEveryImageOfASmallSetOnTheScaleOfBothAxes) {
  const Directory run;
  write_run(run, true);
  const auto page = fake::render(run);
  const auto begin = page.find("<svg", page.find("angle: predicted against true"));
  const auto drawing = page.substr(begin, page.find("</svg>", begin) - begin);
  const std::regex circle(R"re(cx="([0-9.]+)" cy="([0-9.]+)")re");
  std::vector<std::pair<double, double>> points;
  for (auto it = std::sregex_iterator(drawing.begin(), drawing.end(), circle);
       it != std::sregex_iterator(); ++it)
    points.emplace_back(std::stod((*it)[1]), std::stod((*it)[2]));
  ASSERT_EQ(points.size(), 100U);
  // From 0 to 100 over 452 units: for the true value 0 the prediction is 1.
  EXPECT_NEAR(points[0].first, 14, 0.06);
  EXPECT_NEAR(points[0].second, 480 - 14 - 4.52, 0.06);
  EXPECT_NEAR(points[99].second, 14, 0.06);
}

TEST(ValueReport, IsSummedUpWithoutWhatIsAboutClasses) {
  const Directory run;
  write_run(run, true);
  const auto s = summary(run.path);
  const auto json = to_json(s);
  const auto& evaluation = json["evaluation"];
  EXPECT_EQ(evaluation["errors"]["r2"], 0.875);
  EXPECT_DOUBLE_EQ(evaluation["values"][0]["rmse"].get<double>(), 1);
  EXPECT_EQ(evaluation["values"][1]["value"], "<b>");
  EXPECT_EQ(evaluation["gap"]["loss"], 0.25);
  for (const auto* key : {"brier", "top_k", "calibration_error", "temperature"})
    EXPECT_FALSE(evaluation.contains(key)) << key;
  EXPECT_TRUE(evaluation["classes"].empty());
  EXPECT_TRUE(evaluation["accuracy"].is_null());
  EXPECT_TRUE(evaluation["gap"]["accuracy"].is_null());
  EXPECT_THAT(to_text(s), AllOf(HasSubstr("errors  R2 0.8750, RMSE 3.250, MAE 2.500 on 100 test"),
                                HasSubstr("gap  +0.2500 in loss (training against validation")));
}

TEST(ValueReport, OfARunThatIsNotFinishedShowsValidation) {
  const Directory run;
  write_run(run, false);
  const auto page = fake::render(run);
  EXPECT_THAT(page, AllOf(HasSubstr("validation R²"), HasSubstr("0.6250"),
                          Not(HasSubstr("<section id=\"values\">"))));
}

TEST(ValueReport, DoesNotMixTwoRuns) {
  const Directory run;
  write_run(run, true);
  run.log({{"event", "test"}, {"weights", "raw"}, {"loss", 9.0}, {"count", 100}});
  EXPECT_THAT(fake::render(run), HasSubstr("they are from different runs"));
}

}  // namespace
}  // namespace temper::report
