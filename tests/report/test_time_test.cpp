// What evaluation at another size and test-time augmentation took, in reports and on terminals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/io/disk/read_file.h"
#include "temper/report/assessment_text.h"
#include "temper/report/preflight_text.h"
#include "temper/report/report.h"
#include "temper/report/summary.h"
#include "temper/run/run.h"
#include "temper/train/saved_model.h"
#include "tests/train/small_run.h"

namespace temper::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

train::Plan plan_of(const std::vector<std::string>& sets) {
  auto images = train::small::dataset(64);
  images.test = train::small::dataset(40, 2).train;
  return train::plan(train::small::recipe(sets), images);
}

std::string page_of(const train::small::Directory& folder) {
  write_report(folder.path);
  return io::read_text((folder.path / "report.html").string());
}

TEST(TestTimeText, IsInTheReportOfARun) {
  const train::small::Directory folder;
  const auto plan = plan_of({"epochs=1", "evaluation.tta={ shift = 1 }"});
  run::run(plan, {.directory = folder.path});
  const auto found = summary(folder.path);
  ASSERT_TRUE(found.evaluation && found.evaluation->test_time);
  const auto json = to_json(found)["evaluation"]["tta"];
  EXPECT_EQ(json["views"], 6);
  EXPECT_EQ(json["passes_per_image"], 6.0);
  EXPECT_EQ(json["without"]["count"], 40);
  const auto page = page_of(folder);
  EXPECT_THAT(page, HasSubstr("Test-time augmentation"));
  EXPECT_THAT(page, HasSubstr("6 views"));
  EXPECT_THAT(page, HasSubstr("{ flip = true, shift = 1 }; 40 of 40 test images in all views"));
}

TEST(TestTimeText, IsInTheTextOfAnEvaluation) {
  const train::small::Directory folder;
  const auto plan = plan_of({"epochs=1"});
  run::run(plan, {.directory = folder.path});
  auto model = train::load_model(folder.path);
  EXPECT_THAT(to_text(evaluate::assess(folder.path, model, plan)), Not(HasSubstr("test-time")));
  EXPECT_THAT(page_of(folder), Not(HasSubstr("Test-time augmentation")));
  train::choose_tta(model, folder.path, recipe::parse_tta("flip"));
  const auto found = evaluate::assess(folder.path, model, plan);
  EXPECT_THAT(to_text(found), HasSubstr("test-time augmentation { flip = true }: 40 of 40 images "
                                        "in 2 views, 2 passes per image, "));
  EXPECT_THAT(to_text(found), HasSubstr("\n  in one view: accuracy "));
}

TEST(TestTimeText, ATemperatureIsShownWithThePredictionsThatItIsFor) {
  const train::small::Directory folder;
  const auto plan = plan_of({"epochs=1", "evaluation.tta=true"});
  run::run(plan, {.directory = folder.path});
  auto model = train::load_model(folder.path);
  const auto fit = [&] {
    evaluate::assess(
        folder.path, model, plan,
        {.split = "validation", .temperature = evaluate::TemperatureFrom::fit, .gap = false});
  };
  train::choose_tta(model, folder.path, std::nullopt);
  fit();
  EXPECT_THAT(page_of(folder), HasSubstr("No temperature was fitted for these weights"));
  train::choose_tta(model, folder.path, recipe::parse_tta("flip"));
  fit();
  EXPECT_THAT(page_of(folder), Not(HasSubstr("No temperature was fitted for these weights")));
}

TEST(PreflightText, TellsHowEvaluationDiffers) {
  train::Plan plan;
  plan.evaluation.size = {.height = 32, .width = 32};
  cost::Estimate estimate{.size = {.height = 32, .width = 32}};
  EXPECT_THAT(to_text(estimate, plan), Not(HasSubstr("evaluation  ")));
  plan.evaluation.size = {.height = 40, .width = 48};
  EXPECT_THAT(to_text(estimate, plan), HasSubstr("\nevaluation      images of 40 x 48 pixels\n"));
  plan.recipe.evaluation.tta = recipe::parse_tta("ten_crop");
  estimate.views = 10;
  EXPECT_THAT(to_text(estimate, plan),
              HasSubstr("evaluation      images of 40 x 48 pixels, 10 views of a test image\n"));
  plan.evaluation.size = {.height = 32, .width = 32};
  plan.recipe.evaluation.tta->below_confidence = 0.5;
  EXPECT_THAT(to_text(estimate, plan),
              HasSubstr("\nevaluation      up to 10 views of a test image\n"));
  const auto planned = plan_of({"evaluation.tta={ shift = 1 }", "evaluation.size=18"});
  EXPECT_EQ(cost::estimate(planned, 5).views, 6);
}

}  // namespace
}  // namespace temper::report
