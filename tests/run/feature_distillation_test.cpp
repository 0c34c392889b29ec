// Runs that learn a teacher's features.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/evaluate/logits_table.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/safetensors.h"
#include "temper/run/run.h"
#include "temper/train/begin.h"
#include "temper/train/checkpoint.h"
#include "temper/train/projection.h"
#include "tests/run/first_step.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Images in four classes: those of small::dataset() with other labels.
data::Dataset four_classes() {
  data::ArraySource::Contents contents{
      .name = "noise", .classes = {"a", "b", "c", "d"}, .height = 12, .width = 12, .channels = 1};
  Random random(1, Purpose::inspect);
  for (std::int64_t i = 0; i < 64; ++i) {
    contents.labels.push_back(i % 4);
    for (int k = 0; k < 144; ++k)
      contents.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  return {
      .train = std::make_shared<data::ArraySource>(std::move(contents)), .height = 12, .width = 12};
}

class TaughtFeatures : public ::testing::Test {
 protected:
  TaughtFeatures() {
    run(train::plan(train::small::recipe({"epochs=1", "model.width=8"}), images),
        {.directory = folder.path / "teacher"});
  }

  /// The plan of a student that is half as wide.
  [[nodiscard]] train::Plan taught(const std::string& options,
                                   std::vector<std::string> sets = {}) const {
    sets.push_back("distillation={ from = \"" + (folder.path / "teacher").string() + "\", " +
                   options + " }");
    return train::plan(train::small::recipe(sets), images);
  }
  [[nodiscard]] fs::path newest(const char* name) const {
    return train::list_checkpoints(folder.path / name / "checkpoints").back();
  }

  template <class Call>
  static void expect_refused(const char* words, const Call& call) {
    try {
      call();
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      EXPECT_THAT(error.what(), HasSubstr(words));
    }
  }

  const data::Dataset images = train::small::dataset(64);
  train::small::Directory folder;
};

TEST_F(TaughtFeatures, StandBesideTheOtherLossesByTheirWeight) {
  const auto at_weight = [&](const char* weight) {
    return first_gradient(taught(
        std::string("weight = 0.5, features = { weight = ") + weight + " }", {"precision=fp32"}));
  };
  const auto none = at_weight("0");
  const auto once = at_weight("1");
  EXPECT_FALSE(at::allclose(none, once, 1e-3, 1e-6));
  EXPECT_TRUE(at::allclose(at_weight("3") - none, (once - none) * 3, 1e-3, 1e-5));
}

TEST_F(TaughtFeatures, OfEqualWidthNeedNoProjection) {
  const auto plan = taught("features = true", {"model.width=8"});
  EXPECT_TRUE(train::begin(plan).projection.empty());
  const auto other = train::begin(taught("features = true"));
  ASSERT_EQ(other.projection.size(), 2U);
  EXPECT_EQ(other.projection[0].second.sizes(),
            (std::vector<std::int64_t>{other.projection[1].second.size(0),
                                       other.projection[1].second.size(0) / 2}));
  EXPECT_EQ(other.targets.back().name, "distillation.projection.bias");
  EXPECT_EQ(other.targets.size(), other.network->parameters().size() + 2);
}

TEST_F(TaughtFeatures, ProjectTheSameForTheSameSeed) {
  auto made = taught("features = true");
  const auto projection = [&](std::int64_t seed) {
    made.recipe.seed = seed;
    return train::begin(made).projection[0].second.detach();
  };
  EXPECT_TRUE(at::equal(projection(1), projection(1)));
  EXPECT_FALSE(at::equal(projection(1), projection(2)));
}

TEST_F(TaughtFeatures, AndPredictionsMayHaveWeightsWithASchedule) {
  // Without the fingerprint, which the weights' file has.
  const auto trained = [&](const char* name, const std::string& weight,
                           const std::string& features) {
    run(taught("weight = " + weight + ", features = { weight = " + features + " }"),
        {.directory = folder.path / name});
    return io::hash_file(newest(name) / "optimizer.safetensors") +
           io::hash_file(newest(name) / "projection.safetensors");
  };
  const auto constant = [](const std::string& value) {
    return "{ schedule = \"constant\", value = " + value + " }";
  };
  const std::string rising = "{ schedule = \"linear\", peak = 0, final = 0.5 }";
  const auto plain = trained("plain", "0.25", "0.5");
  EXPECT_EQ(trained("constant weight", constant("0.25"), "0.5"), plain);
  EXPECT_EQ(trained("constant features", "0.25", constant("0.5")), plain);
  EXPECT_NE(trained("rising weight", rising, "0.5"), plain);
  EXPECT_NE(trained("rising features", "0.25", rising), plain);
}

TEST_F(TaughtFeatures, StopAndGoOnWithTheSameBits) {
  const auto made = taught("features = { weight = 2 }");
  run(made, {.directory = folder.path / "whole"});
  EXPECT_FALSE(run(made, {.directory = folder.path / "parts", .stop_at = 7}).finished);
  EXPECT_TRUE(run(made, {.directory = folder.path / "parts"}).finished);
  for (const auto* file : {"model.safetensors", "projection.safetensors", "optimizer.safetensors"})
    EXPECT_EQ(io::hash_file(newest("whole") / file), io::hash_file(newest("parts") / file)) << file;
  EXPECT_EQ(io::hash_file(folder.path / "whole/model.safetensors"),
            io::hash_file(folder.path / "parts/model.safetensors"));
}

TEST_F(TaughtFeatures, TrainTheProjectionAndLeaveItOutOfTheModel) {
  const auto made = taught("features = true");
  run(made, {.directory = folder.path / "student"});
  const io::Safetensors kept(newest("student") / "projection.safetensors");
  const auto initial = train::begin(made).projection;
  ASSERT_EQ(kept.tensors().size(), 2U);
  EXPECT_FALSE(
      at::equal(train::to_tensor(kept.at("distillation.projection.weight")), initial[0].second));
  const io::Safetensors saved(folder.path / "student/model.safetensors");
  for (const auto& tensor : saved.tensors())
    EXPECT_THAT(tensor.name, ::testing::Not(HasSubstr("projection")));
  EXPECT_NE(made.fingerprint, taught("weight = 0.5").fingerprint);
}

TEST_F(TaughtFeatures, AloneMayComeFromATeacherOfOtherClasses) {
  const auto other = [&](const std::string& options) {
    return train::plan(
        train::small::recipe({"data.mean=[0.5]", "data.std=[0.25]",
                              "distillation={ from = \"" + (folder.path / "normalized").string() +
                                  "\", " + options + " }"}),
        four_classes());
  };
  run(train::plan(train::small::recipe({"epochs=1", "data.mean=[0.5]", "data.std=[0.25]"}), images),
      {.directory = folder.path / "normalized"});
  EXPECT_TRUE(
      run(other("weight = 0, features = true"), {.directory = folder.path / "four"}).finished);
  for (const std::string weight : {"0.5", "{ schedule = \"linear\", peak = 0, final = 0.5 }"})
    expect_refused("the teacher needs the same classes",
                   [&] { (void)other("features = true, weight = " + weight); });
}

TEST_F(TaughtFeatures, AreNotInATableOfLogits) {
  auto model = train::load_model(folder.path / "teacher");
  const auto plan = taught("features = true");
  model.network->to(plan.device);
  evaluate::write_logits(folder.path / "table.safetensors", evaluate::training_logits(model, plan));
  expect_refused("has no features to teach", [&] {
    (void)train::plan(train::small::recipe({"distillation={ from = \"" +
                                            (folder.path / "table.safetensors").string() +
                                            "\", features = true }"}),
                      images);
  });
}

}  // namespace
}  // namespace temper::run
