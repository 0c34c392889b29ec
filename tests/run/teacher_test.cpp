// Runs with knowledge distillation, and losses that use class frequencies.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "temper/core/error.h"
#include "temper/evaluate/logits_table.h"
#include "temper/io/disk/hash.h"
#include "temper/run/run.h"
#include "temper/train/begin.h"
#include "temper/train/teacher.h"
#include "tests/run/first_step.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::HasSubstr;

class Taught : public ::testing::Test {
 protected:
  Taught() { train("teacher", {"epochs=1", "model.width=8"}, train::small::dataset(64)); }

  train::Plan train(const char* name, const std::vector<std::string>& sets,
                    const data::Dataset& images) const {
    auto made = train::plan(train::small::recipe(sets), images);
    run(made, {.directory = folder.path / name});
    return made;
  }
  [[nodiscard]] std::string from(const char* name = "teacher") const {
    return "distillation.from=\"" + (folder.path / name).string() + "\"";
  }
  [[nodiscard]] train::Plan taught(std::vector<std::string> sets = {}) const {
    sets.insert(sets.begin(), from());
    return train::plan(train::small::recipe(sets), train::small::dataset(64));
  }
  [[nodiscard]] std::string result(const char* name) const {
    return io::hash_file(folder.path / name / "model.safetensors");
  }

  /// A recipe whose teacher is the table of that name.
  [[nodiscard]] train::Plan by_table(const char* name, std::vector<std::string> sets = {}) const {
    sets.insert(sets.begin(), from(name));
    return train::plan(train::small::recipe(sets), train::small::dataset(64));
  }
  /// The teacher's logits for all 64 images, those held out for validation among them.
  [[nodiscard]] evaluate::ImageLogits logits() const {
    auto model = train::load_model(folder.path / "teacher");
    auto whole = train::plan(train::small::recipe({"data.validation=0", "precision=fp32"}),
                             train::small::dataset(64));
    train::read_with(whole, model.transform);
    model.network->to(whole.device);
    return evaluate::training_logits(model, whole);
  }
  void write(const char* name, const evaluate::ImageLogits& table) const {
    evaluate::write_logits(folder.path / name, table);
  }

  static void expect_refused(const char* words, const std::function<void()>& call) {
    try {
      call();
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_THAT(error.what(), HasSubstr(words));
      EXPECT_THAT(error.what(), HasSubstr("distillation.from"));
    }
  }

  train::small::Directory folder;
};

TEST_F(Taught, StepIsTheMixtureOfLabelsAndTeacher) {
  const auto at_weight = [&](const char* weight) {
    return first_gradient(taught({std::string("distillation.weight=") + weight, "precision=fp32"}));
  };
  const auto labels = at_weight("0");
  const auto teacher = at_weight("1");
  EXPECT_FALSE(at::allclose(labels, teacher, 1e-3, 1e-6));
  EXPECT_TRUE(at::allclose(at_weight("0.25"), labels * 0.75 + teacher * 0.25, 1e-4, 1e-6));
  const auto alone =
      train::plan(train::small::recipe({"precision=fp32"}), train::small::dataset(64));
  EXPECT_TRUE(at::equal(labels, first_gradient(alone)));
}

TEST_F(Taught, StopsAndGoesOnWithTheSameBits) {
  for (const std::string form : {"soft", "hard"}) {
    const auto made = taught({"distillation.teaching={ kind = \"" + form + "\" }"});
    run(made, {.directory = folder.path / ("whole " + form)});
    EXPECT_FALSE(run(made, {.directory = folder.path / ("parts " + form), .stop_at = 7}).finished);
    EXPECT_TRUE(run(made, {.directory = folder.path / ("parts " + form)}).finished);
    EXPECT_EQ(result(("whole " + form).c_str()), result(("parts " + form).c_str()));
  }
  EXPECT_NE(result("whole soft"), result("whole hard"));
}

TEST_F(Taught, NeedsNoTeacherToBeAskedAfterwards) {
  const auto made = taught();
  EXPECT_EQ(made.recipe.distillation->teacher.size(), 32U);
  const auto resolved = recipe::parse(recipe::to_toml(made.recipe), "resolved");
  std::filesystem::rename(folder.path / "teacher", folder.path / "elsewhere");
  EXPECT_EQ(train::plan(resolved, train::small::dataset(64)).fingerprint, made.fingerprint);
  expect_refused("no finished run",
                 [&] { train::begin(train::plan(resolved, train::small::dataset(64))); });
}

TEST_F(Taught, NoticesAnotherTeacher) {
  const auto made = taught();
  const auto resolved = recipe::parse(recipe::to_toml(made.recipe), "resolved");
  std::filesystem::rename(folder.path / "teacher", folder.path / "elsewhere");
  train("teacher", {"epochs=1", "model.width=8", "optimizer.lr=0.01"}, train::small::dataset(64));
  expect_refused("are not those of this run's teacher",
                 [&] { train::begin(train::plan(resolved, train::small::dataset(64))); });
  EXPECT_NE(taught().fingerprint, made.fingerprint);
}

TEST_F(Taught, DoesNotCareWhereItsTeacherLies) {
  const auto made = taught();
  std::filesystem::rename(folder.path / "teacher", folder.path / "elsewhere");
  EXPECT_EQ(
      train::plan(train::small::recipe({from("elsewhere")}), train::small::dataset(64)).fingerprint,
      made.fingerprint);
}

TEST_F(Taught, RefusesATeacherThatDoesNotFit) {
  expect_refused("no teacher is given", [] {
    train::plan(train::small::recipe({"distillation=true"}), train::small::dataset(64));
  });
  expect_refused("no finished run", [&] {
    train::plan(train::small::recipe({from("nowhere")}), train::small::dataset(64));
  });
  expect_refused("takes images of 1 x 12 x 12", [&] { (void)taught({"data.size=16"}); });
  expect_refused("normalization mean", [&] {
    auto images = train::small::dataset(64);
    images.normalisation = {{0.1}, {0.9}};
    train::plan(train::small::recipe({from()}), images);
  });
}

TEST_F(Taught, RefusesATeacherOfOtherClasses) {
  auto contents = data::ArraySource::Contents{
      .name = "noise", .classes = {"bright", "dim"}, .height = 12, .width = 12, .channels = 1};
  for (int i = 0; i < 64; ++i) {
    contents.labels.push_back(i % 2);
    contents.pixels.insert(contents.pixels.end(), 144, static_cast<std::uint8_t>(3 * i));
  }
  const data::Dataset other{
      .train = std::make_shared<data::ArraySource>(std::move(contents)), .height = 12, .width = 12};
  expect_refused("class 0", [&] { train::plan(train::small::recipe({from()}), other); });
}

TEST_F(Taught, ATableOfLogitsTeachesAsItsNetworkDoesOnPlainImages) {
  const auto table = logits();
  EXPECT_EQ(table.images.size(), 64U);
  EXPECT_EQ(table.images[5], "5");
  write("table.safetensors", table);
  const std::vector<std::string> plain{"data.augment=[]", "precision=fp32",
                                       "distillation.weight=1"};
  EXPECT_TRUE(at::allclose(first_gradient(by_table("table.safetensors", plain)),
                           first_gradient(taught(plain)), 1e-4, 1e-6));
}

TEST_F(Taught, ATableServesEverySplit) {
  write("table.safetensors", logits());
  for (const auto* edit : {"seed=2", "data.folds=4", "data.limit=20", "data.split_seed=9"})
    EXPECT_EQ(by_table("table.safetensors", {edit}).recipe.distillation->teacher,
              by_table("table.safetensors").recipe.distillation->teacher);
}

TEST_F(Taught, ByATableStopsAndGoesOnWithTheSameBits) {
  write("table.safetensors", logits());
  const auto made = by_table("table.safetensors");
  run(made, {.directory = folder.path / "whole"});
  EXPECT_FALSE(run(made, {.directory = folder.path / "parts", .stop_at = 7}).finished);
  EXPECT_TRUE(run(made, {.directory = folder.path / "parts"}).finished);
  EXPECT_EQ(result("whole"), result("parts"));
}

TEST_F(Taught, NoticesAnotherTable) {
  auto table = logits();
  write("table.safetensors", table);
  const auto made = by_table("table.safetensors");
  EXPECT_EQ(made.recipe.distillation->teacher.size(), 32U);
  write("moved.safetensors", table);
  EXPECT_EQ(by_table("moved.safetensors").fingerprint, made.fingerprint);

  table.logits = table.logits.mul(2);
  write("table.safetensors", table);
  EXPECT_NE(by_table("table.safetensors").fingerprint, made.fingerprint);
  const auto resolved = recipe::parse(recipe::to_toml(made.recipe), "resolved");
  expect_refused("the logits in ",
                 [&] { train::begin(train::plan(resolved, train::small::dataset(64))); });
}

TEST_F(Taught, RefusesATableThatDoesNotFit) {
  auto table = logits();
  table.classes = {"dim", "dark"};
  write("classes.safetensors", table);
  expect_refused("class 1 of ", [&] { (void)by_table("classes.safetensors"); });

  table = logits();
  table.logits = at::cat({table.logits, table.logits}, 1);
  table.classes = {"dim", "bright", "red", "blue"};
  write("columns.safetensors", table);
  expect_refused("4 classes, but this data has 2", [&] { (void)by_table("columns.safetensors"); });

  table = logits();
  table.logits = table.logits.narrow(0, 0, 10);
  table.images.resize(10);
  write("few.safetensors", table);
  expect_refused("training images: ", [&] { (void)by_table("few.safetensors"); });

  table = logits();
  table.logits = table.logits.clone();  // one of inference mode may not be changed
  table.logits[3][0] = std::numeric_limits<float>::infinity();
  write("infinite.safetensors", table);
  EXPECT_THROW((void)by_table("infinite.safetensors"), Error);
}

TEST(Shares, AreThoseOfTheTrainingLabels) {
  EXPECT_TRUE(at::equal(train::class_frequencies(*train::small::dataset(63).train),
                        at::tensor({32.0 / 63, 31.0 / 63}, at::kDouble).to(at::kFloat)));
}

TEST(Shares, ReachUnigramSmoothing) {
  const std::string smoothing = "loss.label_smoothing={ smoothing = 0.2, form = \"FORM\" }";
  const auto made = [&](const char* form) {
    auto edit = smoothing;
    edit.replace(edit.find("FORM"), 4, form);
    return train::plan(train::small::recipe({edit}), train::small::dataset(64));
  };
  EXPECT_TRUE(train::begin(made("unigram")).prior.defined());
  EXPECT_FALSE(train::begin(made("uniform")).prior.defined());
  // The classes are balanced except for the split, so the steps are nearly the same.
  EXPECT_TRUE(
      at::allclose(first_gradient(made("unigram")), first_gradient(made("uniform")), 0.1, 1e-3));
}

TEST(ClassWeights, ThatDoNotFitTheDataAreRefusedWithTheirPlace) {
  try {
    train::plan(train::small::recipe({"loss.weight=[1, 2, 3]"}), train::small::dataset(64));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_EQ(error.where(),
              (Where{.file = "--set loss.weight=[1, 2, 3]", .option = "loss.weight"}));
    EXPECT_STREQ(error.what(),
                 "--set loss.weight=[1, 2, 3]: loss.weight has 3 numbers and the data 2 classes; "
                 "expected one number per class, in their order");
  }
}

TEST(Smoothing, OnRegressionLossesIsRefusedWithItsPlace) {
  for (const char* kind : {"mse", "huber"}) {
    try {
      recipe::parse(std::string("[loss]\nkind = \"") + kind + "\"\nlabel_smoothing = true\n",
                    "mine.toml");
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("mine.toml:3:1"));
      EXPECT_THAT(error.what(), HasSubstr("it is an option of cross_entropy"));
    }
  }
}

}  // namespace
}  // namespace temper::run
