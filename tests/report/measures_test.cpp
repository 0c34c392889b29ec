// What the page says about calibration, temperature, the generalization gap, weights and skipped
// blocks.
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/safetensors.h"
#include "temper/measure/figures.h"
#include "temper/report/inspection.h"
#include "temper/report/mistake_maps.h"
#include "temper/report/number.h"
#include "temper/report/page.h"
#include "temper/report/report.h"
#include "temper/report/saved_inspection.h"
#include "temper/train/temperature.h"
#include "temper/train/tensors.h"
#include "tests/report/run_directory.h"

namespace temper::report {
namespace {

using fake::plotted;
using fake::render;
using ::testing::HasSubstr;
using ::testing::Not;

struct File {
  std::string name;
  at::Tensor value;
};

void write_weights(const fake::Directory& run, const std::string& name,
                   const std::vector<File>& files) {
  std::vector<io::TensorView> views;
  for (const auto& file : files)
    views.push_back(fake::view(
        file.name.c_str(), file.value.scalar_type() == at::kLong ? io::Dtype::i64 : io::Dtype::f32,
        file.value));
  io::write_safetensors(run.path / name, views);
}

at::Tensor counter(std::int64_t value) {
  return at::full({}, value, at::kLong);
}

/// A stem that saw 100 batches and two blocks that were executed for 90 and 60 of them.
void write_network(const fake::Directory& run, const std::string& name, float weight = 2) {
  write_weights(run, name,
                {{"conv1.weight", at::full({2, 2}, weight)},
                 {"bn1.weight", at::full({7}, 50.0F)},
                 {"bn1.num_batches_tracked", counter(100)},
                 {"layer1.0.bn1.num_batches_tracked", counter(90)},
                 {"layer1.0.bn2.num_batches_tracked", counter(90)},
                 {"layer1.0.downsample.1.num_batches_tracked", counter(100)},
                 {"layer2.0.bn1.num_batches_tracked", counter(60)}});
}

/// A finished run whose test was scored with averaged weights (EMA).
fake::Tested finished(const fake::Directory& run, const std::string& recipe = "") {
  auto start = fake::class_names(12);
  fake::log_start(run, start);
  run.log({{"event", "start"},
           {"name", "trial"},
           {"time", "2026-01-31T12:00:00Z"},
           {"classes", start},
           {"validation_images", 100},
           {"averaging", "ema"},
           {"weights", "averaged"}});
  fake::log_training(run);
  auto test = fake::log_test(run, 12);
  run.write("recipe.toml", "name = \"trial\"\nseed = 42\n" + recipe);
  write_network(run, "model.safetensors");
  write_network(run, "model-ema.safetensors", 3);
  return test;
}

void fit(const fake::Directory& run, double temperature) {
  train::save_temperature(
      run.path, "averaged", run.path / "model-ema.safetensors",
      {.fit = {.value = temperature, .before = 0.5, .after = 0.4}, .images = 100});
}

TEST(Calibration, IsShownInAllItsForms) {
  const fake::Directory run;
  const auto test = finished(run);
  const auto page = render(run);
  const auto f = measure::figures(test.logits, test.labels);
  for (const double share : {f.calibration.width, f.calibration.mass, f.calibration.debiased})
    EXPECT_THAT(page, HasSubstr("<td>" + percent_text(share, 200) + "</td>"));
  EXPECT_THAT(page, HasSubstr("<td>" + significant_text(f.brier) + "</td>"));
  EXPECT_THAT(page, HasSubstr("<td>" + significant_text(f.nll) + "</td>"));
  EXPECT_THAT(page, HasSubstr(interval_text(f.accuracy_bootstrap, 200)));
  EXPECT_THAT(page, HasSubstr("temper eval RUN --temperature fit"));
  EXPECT_THAT(page, Not(HasSubstr("id=\"reliability-scaled\"")));
  EXPECT_TRUE(plotted(page)["scaled_bins"].empty());
  const auto json = to_json(summary(run.path));
  const auto& evaluation = json["evaluation"];
  EXPECT_DOUBLE_EQ(evaluation["brier"].get<double>(), f.brier);
  EXPECT_DOUBLE_EQ(evaluation["calibration_error"]["debiased"].get<double>(),
                   f.calibration.debiased);
  EXPECT_EQ(evaluation["classes"].size(), 12U);
  EXPECT_FALSE(evaluation.contains("temperature"));
}

TEST(Calibration, IsShownBeforeAndAfterTheSavedTemperature) {
  const fake::Directory run;
  const auto test = finished(run);
  fit(run, 2.5);
  const auto page = render(run);
  const auto after = measure::figures(measure::divided(test.logits, 2.5), test.labels);
  EXPECT_THAT(page, HasSubstr("at temperature 2.5<"));
  EXPECT_THAT(page, HasSubstr("<td>" + percent_text(after.calibration.mass, 200) + "</td>"));
  EXPECT_THAT(page, HasSubstr("on 100 validation images"));
  EXPECT_THAT(page, HasSubstr("id=\"reliability-scaled\""));
  EXPECT_EQ(plotted(page)["scaled_bins"].size(), 15U);
  const auto json = to_json(summary(run.path));
  EXPECT_DOUBLE_EQ(json["evaluation"]["temperature"]["loss"].get<double>(), after.nll);
  EXPECT_EQ(json["evaluation"]["temperature"]["value"], 2.5);
}

TEST(Calibration, ATemperatureOfOtherWeightsIsNotUsed) {
  const fake::Directory run;
  finished(run);
  fit(run, 2.5);
  write_network(run, "model-ema.safetensors", 4);
  EXPECT_THAT(render(run), HasSubstr("No temperature was fitted for these weights"));
}

TEST(Calibration, ADamagedTemperatureIsToldAndCostsOnlyItself) {
  const fake::Directory run;
  finished(run);
  run.write("temperature.json", "{\"averaged\": {");
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("temperature.json"));
  EXPECT_THAT(page, HasSubstr("id=\"calibration\""));
}

TEST(Calibration, WithoutValidationSaysWhyThereIsNoTemperature) {
  const fake::Directory run;
  fake::log_start(run, fake::class_names(12));
  run.log({{"event", "start"}, {"name", "trial"}, {"validation_images", 0}});
  fake::log_test(run, 12);
  EXPECT_THAT(render(run), HasSubstr("is fitted on validation images, and this run has none"));
}

TEST(Gap, HasASectionOfItsOwnWhereThereIsValidation) {
  const fake::Directory run;
  finished(run);
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("<section id=\"gap\">"));
  EXPECT_THAT(page, HasSubstr("<b>" + difference_text(0.1) + "</b> in loss"));
  EXPECT_THAT(page, HasSubstr("<b>" + points_text(0.04) + "</b> in accuracy"));
  const auto interval = to_json(summary(run.path))["evaluation"]["gap"]["accuracy_interval"];
  EXPECT_LT(interval["low"], 0.04);
  EXPECT_GT(interval["high"], 0.04);
  const fake::Directory few;
  fake::log_start(few, fake::class_names(3));
  few.log(
      {{"event", "epoch"},
       {"epoch", 1},
       {"step", 10},
       {"raw", {{"train", fake::score(0.1, 1, 3)}, {"validation", fake::score(2.5, 1.0 / 3, 3)}}}});
  const auto wide = to_json(summary(few.path))["evaluation"]["gap"]["accuracy_interval"];
  EXPECT_GE(wide["low"], -1);
  EXPECT_LE(wide["high"], 1) << "the normal approximation gives 1.2";
  const fake::Directory without;
  fake::log_start(without, fake::class_names(3));
  without.log({{"event", "epoch"},
               {"epoch", 1},
               {"step", 10},
               {"raw", {{"train", fake::score(0.5, 0.8, 100)}}}});
  EXPECT_THAT(render(without), Not(HasSubstr("<section id=\"gap\">")));
}

TEST(Weights, AreMeasuredWithoutNormalisations) {
  const fake::Directory run;
  finished(run);
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("L2 norm of the weights</dt><dd>6.000"));  // of 4 weights of 3
  EXPECT_THAT(page, HasSubstr("all 4 weights"));
}

TEST(Weights, InADamagedFileAreTold) {
  const fake::Directory run;
  finished(run);
  run.write("model-ema.safetensors", "short");
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("model-ema.safetensors"));
  EXPECT_THAT(page, Not(HasSubstr("L2 norm of the weights")));
}

std::string depth(const std::string& options, const std::string& more = "") {
  return more +
         "[model]\nkind = \"resnet\"\nlayers = [1, 1]\nstochastic_depth = { drop_path_rate = 0.5" +
         options + " }\n";
}

TEST(Blocks, ThatStochasticDepthLeftOutAreCounted) {
  const fake::Directory run;
  finished(run, depth(""));
  const auto page = render(run);
  EXPECT_THAT(page, HasSubstr("150 residual blocks were executed"));
  EXPECT_THAT(page,
              HasSubstr("would have executed 200: " + percent_text(0.25, 1) + " were skipped"));
}

TEST(Blocks, AreNotCountedWhereNoneIsLeftOutForABatch) {
  for (const auto& recipe :
       {std::string(), depth(", mode = \"sample\""), depth("", "freeze = { stages = 1 }\n")}) {
    const fake::Directory run;
    finished(run, recipe);
    EXPECT_THAT(render(run), Not(HasSubstr("residual blocks were executed"))) << recipe;
  }
}

Inspection inspected() {
  const auto points = at::full({4, 2}, 0.0, at::kDouble);
  for (int i = 0; i < 8; ++i) points.mutable_data_ptr<double>()[i] = i % 5;
  const auto labels = at::full({4}, 0, at::kLong);
  for (int i = 0; i < 4; ++i) labels.mutable_data_ptr<std::int64_t>()[i] = i % 3;
  return {
      .classes = {"cat", "<b>dog</b>", "emu"},
      .clusters = {{"test", 1, {points, points}, {points, points, {0.75, 0.25}}, labels, {1.5, 3}}},
      .sensitivity = {{0.125, 20}},
      .set = "test",
      .weights = "averaged"};
}

TEST(Clusters, AreDrawnOnRequest) {
  const fake::Directory run;
  finished(run);
  EXPECT_THAT(render(run), Not(HasSubstr("id=\"clusters\"")));
  const auto drawn = page(gather(read_run(run.path), inspected()));
  EXPECT_THAT(drawn, HasSubstr("<section id=\"clusters\">"));
  EXPECT_THAT(drawn, HasSubstr("&lt;b&gt;dog"));
  EXPECT_THAT(drawn, HasSubstr("<circle class=\"k0\""));
  EXPECT_THAT(drawn, HasSubstr("ratio 0.500"));
  // At most one point per class is drawn, of 4 images.
  const auto begin = drawn.find("<svg class=\"clusters\"");
  const auto drawing = drawn.substr(begin, drawn.find("</svg>", begin) - begin);
  EXPECT_EQ(drawing.find("<circle"), drawing.rfind("<circle"));
  EXPECT_THAT(drawn,
              HasSubstr("explain " + percent_text(0.75, 4) + " and " + percent_text(0.25, 4)));
  EXPECT_THAT(drawn, HasSubstr("Input sensitivity</dt><dd>0.1250"));
}

TEST(Clusters, AreToldInNumbers) {
  const auto json = to_json(inspected());
  EXPECT_EQ(json["clusters"]["classes"][2], "emu");
  EXPECT_EQ(json["clusters"]["sets"][0]["set"], "test");
  EXPECT_EQ(json["clusters"]["sets"][0]["ratio"], 0.5);
  EXPECT_EQ(json["sensitivity"]["mean"], 0.125);
  EXPECT_EQ(to_json(Inspection{}), nlohmann::json::object());
}

TEST(Inspections, AreShownAgainByALaterReportOfTheSameWeights) {
  const fake::Directory run;
  finished(run);
  auto read = read_run(run.path);
  save_inspection(read, inspected());
  EXPECT_EQ(to_json(saved_inspection(read)), to_json(inspected()));
  EXPECT_TRUE(read.problems.empty());
  const auto again = render(run);  // as `temper report` and the end of training write it
  EXPECT_EQ(again, page(gather(read_run(run.path), inspected())));

  write_network(run, "model-ema.safetensors", 4);
  const auto other = render(run);
  EXPECT_THAT(other, Not(HasSubstr("id=\"clusters\"")));
  EXPECT_THAT(other, Not(HasSubstr("Input sensitivity")));
}

TEST(Inspections, HaveTheMapsOfMistakes) {
  const fake::Directory run;
  finished(run);
  auto read = read_run(run.path);
  auto with = inspected();
  with.maps = {{.row = 3, .overlay = {1, 2, 3, {1, 2, 3, 4, 5, 6}}},
               {.row = 1, .overlay = {1, 2, 3, {6, 5, 4, 3, 2, 1}}}};
  save_inspection(read, with);
  const auto found = saved_inspection(read);
  ASSERT_EQ(found.maps.size(), 2U);
  EXPECT_EQ(found.maps[1].row, 1);
  EXPECT_EQ(found.maps[0].overlay, with.maps[0].overlay);
  EXPECT_EQ(found.maps[1].overlay, with.maps[1].overlay);
  EXPECT_EQ(merged(inspected(), found).maps.size(), 2U);

  train::save_tensors(run.path / "maps.safetensors",
                      std::vector<train::Named>{{"cam", at::full({2, 2}, 0, at::kByte)},
                                                {"cam.rows", at::full({2}, 0, at::kLong)}});
  const io::Safetensors damaged(run.path / "maps.safetensors");
  EXPECT_THROW((void)read_maps(damaged), Error);
}

TEST(Inspections, AreMergedWithWhatIsMeasuredNow) {
  auto fresh = inspected();
  fresh.clusters.clear();
  fresh.sensitivity->mean = 0.5;
  const auto both = merged(fresh, inspected());
  EXPECT_EQ(both.sensitivity->mean, 0.5);
  EXPECT_EQ(to_json(both)["clusters"], to_json(inspected())["clusters"]);
  fresh = inspected();
  fresh.sensitivity.reset();
  fresh.classes[0] = "owl";
  const auto others = to_json(merged(fresh, inspected()));
  EXPECT_EQ(others["clusters"]["classes"][0], "owl");
  EXPECT_EQ(others["sensitivity"], to_json(inspected())["sensitivity"]);
  EXPECT_EQ(to_json(merged({}, inspected())), to_json(inspected()));
  EXPECT_EQ(to_json(merged(inspected(), {})), to_json(inspected()));
}

TEST(Inspections, InADamagedFileAreToldAndCostOnlyThemselves) {
  const fake::Directory run;
  finished(run);
  run.write("inspection.safetensors", "short");
  EXPECT_THAT(render(run), HasSubstr("inspection.safetensors"));

  auto labels = inspected();
  labels.clusters[0].labels = at::full({4}, 3, at::kLong);
  auto count = inspected();
  count.clusters[0].plane.points = at::full({5, 2}, 0.0, at::kDouble);
  auto type = inspected();
  type.clusters[0].principal.points = at::full({4, 2}, 0.0, at::kFloat);
  for (const auto& damaged : {labels, count, type}) {
    auto read = read_run(run.path);
    save_inspection(read, damaged);
    EXPECT_TRUE(saved_inspection(read).clusters.empty());
    EXPECT_THAT(read.problems.back(), HasSubstr("not what `temper report` writes"));
    EXPECT_THAT(render(run), HasSubstr("id=\"calibration\""));
  }
}

TEST(Clusters, OfARunThatIsNotFinishedAreRefused) {
  const fake::Directory run;
  fake::write_recipe(run);
  try {
    write_report(run.path, {.clusters = {"a", "b", "c"}});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("no finished run"));
  }
}

}  // namespace
}  // namespace temper::report
