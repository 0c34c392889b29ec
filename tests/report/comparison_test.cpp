// Runs side by side.
#include "temper/report/comparison.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/report/comparison_page.h"
#include "temper/report/comparison_text.h"
#include "tests/report/run_directory.h"
#include "tests/support/refusal.h"

namespace temper::report {
namespace {

using fake::Directory;
using fake::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
namespace fs = std::filesystem;

using Classes = std::vector<std::int64_t>;

const Classes kLabels{0, 1, 2, 0, 1, 2, 0, 1, 2, 0};

/// The network is `sure` of every class: its logit, the others are 0.
at::Tensor logits_of(const Classes& predicted, float sure) {
  auto logits = at::zeros({std::ssize(predicted), 3}, at::kFloat);
  for (std::size_t i = 0; i < predicted.size(); ++i)
    logits.mutable_data_ptr<float>()[3 * i + static_cast<std::size_t>(predicted[i])] = sure;
  return logits;
}

void begin(const Directory& run, const std::string& name, const std::string& recipe) {
  run.write("recipe.toml", recipe);
  run.write("environment.json", R"({"data":"aa:bb:cc"})");
  run.log({{"event", "start"},
           {"time", "2026-01-31T12:00:00Z"},
           {"name", name},
           {"epochs", 2},
           {"total_steps", 20},
           {"classes", fake::class_names(3)}});
  fake::log_training(run);
}

/// The end of a run that predicts these classes for the test images.
void finish(const Directory& run, const Classes& predicted, float sure = 2,
            const Classes& labels = kLabels) {
  const auto logits = logits_of(predicted, sure);
  const auto truth = at::tensor(labels, at::kLong);
  io::write_safetensors(run.path / "predictions.safetensors",
                        std::vector{fake::view("logits", io::Dtype::f32, logits),
                                    fake::view("labels", io::Dtype::i64, truth),
                                    fake::view("ids", io::Dtype::i64, truth)});
  auto line = fake::score(measure::negative_log_likelihood(logits, truth),
                          measure::top_k_accuracy(logits, truth), static_cast<int>(labels.size()));
  line["event"] = "test";
  line["weights"] = "raw";
  run.log(line);
  run.log({{"event", "end"}, {"seconds", 31.5}});
}

Comparison compared(const std::vector<const Directory*>& runs) {
  std::vector<fs::path> paths;
  for (const auto* run : runs) paths.push_back(run->path);
  return compare_runs(paths);
}

std::string refusal(const std::vector<const Directory*>& runs) {
  return temper::testing::refusal([&] { compared(runs); });
}

TEST(Comparison, CountsWhoIsRightWhereTheOtherIsWrong) {
  const Directory a, b;
  begin(a, "one", "seed = 1\n");
  begin(b, "two", "seed = 2\n");
  finish(a, {0, 1, 2, 0, 1, 2, 0, 2, 0, 1}, 2);  // the last three are wrong
  finish(b, {0, 2, 2, 0, 1, 2, 0, 1, 0, 0}, 4);  // wrong: images 1 and 8
  const auto comparison = compared({&a, &b});
  EXPECT_EQ(comparison.images, 10);
  ASSERT_THAT(comparison.pairs, SizeIs(1));
  const auto& pair = comparison.pairs[0];
  EXPECT_EQ(pair.both, 6);
  EXPECT_EQ(pair.test.only_a, 1);
  EXPECT_EQ(pair.test.only_b, 2);
  EXPECT_EQ(pair.neither, 1);
  EXPECT_NEAR(pair.difference, 0.1, 1e-12);
  EXPECT_LT(pair.interval.low, 0);
  EXPECT_GT(pair.interval.high, 0.1);
  EXPECT_EQ(pair.test.exact_p, 1);
  EXPECT_EQ(pair.adjusted_p, 1);
  EXPECT_NEAR(pair.agreement.share, 0.7, 1e-12) << "all but images 1, 7 and 9";
  EXPECT_EQ(pair.ensemble.correct, 8) << "where they differ, the one that is surer decides";
  EXPECT_FALSE(comparison.ensemble) << "that of the pair";
  ASSERT_TRUE(comparison.runs[0].brier_interval);
  EXPECT_EQ(comparison.runs[0].label, "one");
}

TEST(Comparison, TheEnsembleIsTheMeanOfTheProbabilities) {
  const Directory a, b, c;
  begin(a, "a", "");
  begin(b, "b", "");
  begin(c, "c", "");
  // Of image 0: two that are hardly sure of class 1 are outweighed by one that is sure of class 0.
  finish(a, {1, 1, 2, 0, 1, 2, 0, 1, 2, 0}, 0.4F);
  finish(b, {1, 1, 2, 0, 1, 2, 0, 1, 2, 0}, 0.4F);
  finish(c, {0, 1, 2, 0, 1, 2, 0, 1, 2, 0}, 8);
  const auto comparison = compared({&a, &b, &c});
  EXPECT_THAT(comparison.pairs, SizeIs(3));
  ASSERT_TRUE(comparison.ensemble);
  EXPECT_EQ(comparison.ensemble->correct, 10);
  const double low = std::exp(0.4), high = std::exp(8.0);
  const double of_class_0 = (2 / (low + 2) + high / (high + 2)) / 3;
  const double of_others = (2 * low / (low + 2) + high / (high + 2)) / 3;
  EXPECT_NEAR(comparison.ensemble->nll, -(std::log(of_class_0) + 9 * std::log(of_others)) / 10,
              1e-6);
}

TEST(Comparison, OfManyRunsEachIsComparedWithTheFirst) {
  const Directory a, b, c, d, e;
  for (const auto* run : {&a, &b, &c, &d, &e}) {
    begin(*run, "same", "");
    finish(*run, kLabels);
  }
  const auto comparison = compared({&a, &b, &c, &d, &e});
  ASSERT_THAT(comparison.pairs, SizeIs(4));
  for (const auto& pair : comparison.pairs) {
    EXPECT_EQ(pair.first, 0U);
    EXPECT_EQ(pair.agreement.kappa, 1);
    EXPECT_EQ(pair.test.exact_p, 1);
  }
  EXPECT_EQ(comparison.runs[1].label, b.path.string()) << "several have the name";
  EXPECT_THAT(disputed_images(comparison), IsEmpty());
}

TEST(Comparison, OptionsThatChangeResultsComeFirst) {
  const Directory a, b, c;
  begin(a, "a", "log.every_steps = 5\nepochs = 3\n");
  begin(b, "b", "epochs = 4\noptimizer.kind = \"adamw\"\n");
  begin(c, "c", "epochs = 3\n");
  const auto comparison = compared({&a, &b, &c});
  ASSERT_FALSE(comparison.recipe.empty());
  EXPECT_EQ(comparison.recipe[0].key, "epochs");
  EXPECT_THAT(comparison.recipe[0].values, ElementsAre("3", "4", "3"));
  bool results = true, of_sgd = false;
  for (const auto& option : comparison.recipe) {
    EXPECT_TRUE(results || !option.changes_results) << option.key;
    results = option.changes_results;
    EXPECT_THAT(option.values, SizeIs(3));
    if (option.key == "optimizer.momentum") {
      EXPECT_THAT(option.values, ElementsAre("0.9", "", "0.9"));
      of_sgd = true;
    }
  }
  EXPECT_TRUE(of_sgd);
  EXPECT_FALSE(results) << "log.every_steps";
}

TEST(Comparison, RunsThatHaveNotFinishedAreComparedWithoutImages) {
  const Directory a, b;
  begin(a, "a", "");
  finish(a, kLabels);
  begin(b, "b", "");
  const auto comparison = compared({&a, &b});
  EXPECT_EQ(comparison.images, 0);
  EXPECT_THAT(comparison.pairs, IsEmpty());
  EXPECT_THAT(comparison.notes,
              ElementsAre("The runs are not compared image by image: b has not finished."));
  EXPECT_THAT(to_text(comparison), HasSubstr("validation"));
  EXPECT_THAT(comparison_page(comparison), HasSubstr("not compared image by image"));
  EXPECT_THROW(require_images(comparison, "--images"), Error);
}

TEST(Comparison, RunsOfOtherTestImagesAreRefused) {
  const Directory a, b;
  begin(a, "a", "");
  begin(b, "b", "");
  finish(a, kLabels);
  finish(b, {0, 1}, 2, {0, 1});
  EXPECT_THAT(refusal({&a, &b}), HasSubstr("they were tested on 10 and 2 images; compare runs with "
                                           "the same test set"));
  auto labels = kLabels;
  labels[0] = 2;
  finish(b, kLabels, 2, labels);
  EXPECT_THAT(refusal({&a, &b}), HasSubstr("the targets of their test images differ"));
  finish(b, kLabels);
  EXPECT_EQ(refusal({&a, &b}), "(not refused)");
  b.write("environment.json", R"({"data":"aa:bb:dd"})");
  EXPECT_THAT(refusal({&a, &b}), HasSubstr("a and b can't be compared: they were tested on "
                                           "different images"));
  b.write("environment.json", R"({"data":"xx:cc"})");
  EXPECT_EQ(refusal({&a, &b}), "(not refused)") << "other training images, the same test set";
}

TEST(Comparison, OneRunIsNone) {
  const Directory a;
  begin(a, "a", "");
  EXPECT_THAT(refusal({&a}), HasSubstr("name at least two"));
  EXPECT_THAT(refusal({&a, &a}), HasSubstr("is named twice"));
}

TEST(ComparisonText, HasEveryTable) {
  const Directory a, b;
  begin(a, "one", "seed = 1\n");
  begin(b, "two", "seed = 2\n");
  finish(a, {0, 1, 2, 0, 1, 2, 0, 2, 0, 1}, 2);
  finish(b, {0, 2, 2, 0, 1, 2, 0, 1, 0, 0}, 4);
  const auto comparison = compared({&a, &b});
  const auto text = to_text(comparison);
  EXPECT_THAT(text, StartsWith("Differences of the recipes, options that change results\n"));
  EXPECT_THAT(text, HasSubstr("seed    1    2\n"));
  EXPECT_THAT(text, HasSubstr("\nResults\n"));
  EXPECT_THAT(text, HasSubstr("\none, two  "));
  EXPECT_THAT(text, HasSubstr("McNemar's test asks"));
  EXPECT_THAT(to_text(comparison, TableFormat::markdown), HasSubstr("| seed | 1 | 2 |"));
  EXPECT_THAT(to_text(comparison, TableFormat::csv), StartsWith("run,name,fingerprint,split"));
  const auto json = Json::parse(to_text(comparison, TableFormat::json));
  EXPECT_EQ(json["pairs"][0]["mcnemar"]["only_second"].get<int>(), 2);
  EXPECT_EQ(json["runs"][1]["label"].get<std::string>(), "two");
  EXPECT_EQ(json["images"].get<int>(), 10);

  const auto csv = images_csv(comparison, {});
  EXPECT_THAT(csv, StartsWith("image,label,one,\"one, probability\",two,\"two, probability\"\n"
                              "1,name-1,name-1,0."));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 4);
  std::vector<std::string> names(10, "x");
  names[9] = "cat.png";
  EXPECT_THAT(images_csv(comparison, names), HasSubstr("\ncat.png,name-0,name-1,"));
  const auto grid = images_grid(comparison, names, 2);
  ASSERT_THAT(grid.rows, SizeIs(2));
  EXPECT_EQ(grid.rows[0][3].text, "name-2") << "the surest mistake is that of the second run";
}

TEST(ComparisonPage, DrawsTheCurvesOfAllRuns) {
  const Directory a, b;
  begin(a, "<one>", "seed = 1\n");
  begin(b, "two", "seed = 2\n");
  finish(a, {0, 1, 2, 0, 1, 2, 0, 2, 0, 1});
  finish(b, kLabels);
  const auto comparison = compared({&a, &b});
  const auto page = comparison_page(comparison);
  const auto plots = fake::plotted(page);
  ASSERT_EQ(plots["runs"].size(), 2U);
  EXPECT_EQ(plots["runs"][0]["epochs"].size(), 2U);
  EXPECT_EQ(plots["runs"][0]["epochs"][1]["validation"]["loss"].get<double>(), 0.5);
  for (const auto* id : {"recipes", "results", "curves", "images", "classes", "method"})
    EXPECT_THAT(page, HasSubstr("<section id=\"" + std::string(id) + "\"")) << id;
  EXPECT_THAT(page, Not(HasSubstr("<one>")));
  EXPECT_THAT(page, Not(HasSubstr("<ul class=\"cards\">")));
}

TEST(ComparisonPage, ShowsThePicturesOfDisputedImages) {
  const Directory a, b;
  begin(a, "one", "seed = 1\n");
  begin(b, "two", "seed = 2\n");
  finish(a, {0, 1, 2, 0, 1, 2, 0, 2, 0, 1}, 2);
  finish(b, {0, 2, 2, 0, 1, 2, 0, 1, 0, 0}, 4);
  const auto comparison = compared({&a, &b});
  ASSERT_THAT(most_disputed(comparison, 5), SizeIs(3));
  EXPECT_EQ(most_disputed(comparison, 1)[0].row, 1);
  TestImages test{.names = std::vector<std::string>(10, "cat.png")};
  test.pictures.emplace(1, io::Image{2, 2, 1, std::vector<std::uint8_t>(4, 99)});
  const auto page = comparison_page(comparison, test);
  EXPECT_THAT(page, HasSubstr("<ul class=\"cards\"><li><img "));
  EXPECT_THAT(page, HasSubstr("one: <b>right</b>"));
  EXPECT_THAT(page, HasSubstr("two: <b>name-2</b>"));
}

}  // namespace
}  // namespace temper::report
