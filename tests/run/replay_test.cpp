#include "temper/run/replay.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/mean.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "temper/augment/pipeline/trace_text.h"
#include "temper/core/error.h"
#include "temper/io/disk/hash.h"
#include "temper/io/disk/read_file.h"
#include "temper/run/loss_log.h"
#include "temper/run/run.h"
#include "temper/run/trace_json.h"
#include "temper/train/checkpoint.h"
#include "temper/train/training_batches.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// 64 images, 51 to train on: epochs of 6 steps, 18 in all, checkpoints at 4, 8, 12, 16 and 18.
class Replayed : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory = std::make_unique<train::small::Directory>();
    run(plan_of(train::small::recipe()), {.directory = directory->path});
  }
  static void TearDownTestSuite() { directory.reset(); }

  static train::Plan plan_of(const recipe::Recipe& recipe, std::uint64_t seed = 1) {
    return train::plan(recipe, train::small::dataset(64, seed));
  }
  static std::map<std::int64_t, std::string> recorded() {
    std::map<std::int64_t, std::string> losses;
    for (const auto& event : read_log(directory->path))
      if (const auto* line = std::get_if<train::Stepped>(&event))
        losses[line->step] = nlohmann::json(line->loss).dump();
    return losses;
  }
  static std::map<std::string, std::string> files(const fs::path& folder) {
    std::map<std::string, std::string> hashes;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) hashes[entry.path().string()] = io::hash_file(entry.path());
    return hashes;
  }

  static std::unique_ptr<train::small::Directory> directory;
};
std::unique_ptr<train::small::Directory> Replayed::directory;

TEST_F(Replayed, EveryStepHasTheRecordedLossToTheLastDigit) {
  const auto plan = plan_of(train::small::recipe());
  const auto losses = recorded();
  ASSERT_EQ(losses.size(), 18U);
  for (const auto& [step, loss] : losses) {
    const auto again = replay(plan, directory->path, step);
    EXPECT_EQ(nlohmann::json(again.loss).dump(), loss) << "step " << step;
    EXPECT_EQ(again.from, (step - 1) / 4 * 4);
    EXPECT_EQ(again.check.lines, again.redone() + 1);
    EXPECT_FALSE(again.check.first_difference) << "step " << step;
    EXPECT_EQ(again.epoch, (step - 1) / 6 + 1);
    EXPECT_EQ(again.batch, (step - 1) % 6 + 1);
  }
}

TEST_F(Replayed, WithoutCheckpointsItBeginsAtTheInitialWeights) {
  const train::small::Directory copy;
  fs::copy(directory->path, copy.path / "run", fs::copy_options::recursive);
  fs::remove_all(copy.path / "run/checkpoints");
  const auto again =
      replay(plan_of(train::small::recipe()), copy.path / "run", 8);  // crosses an epoch
  EXPECT_EQ(again.from, 0);
  EXPECT_EQ(again.redone(), 7);
  EXPECT_EQ(nlohmann::json(again.loss).dump(), recorded().at(8));
}

TEST_F(Replayed, ADamagedCheckpointIsPassedOver) {
  const train::small::Directory copy;
  fs::copy(directory->path, copy.path / "run", fs::copy_options::recursive);
  std::ofstream(copy.path / "run/checkpoints/step-00000012/model.safetensors") << "cut";
  struct Warnings : train::Observer {
    void on_event(const train::Event& event) override {
      if (const auto* warned = std::get_if<train::Warned>(&event)) texts.push_back(warned->message);
    }
    std::vector<std::string> texts;
  } warnings;
  const auto again = replay(plan_of(train::small::recipe()), copy.path / "run", 14, {&warnings});
  EXPECT_EQ(again.from, 8);
  EXPECT_THAT(warnings.texts, ::testing::ElementsAre(HasSubstr("step-00000012")));
  EXPECT_EQ(nlohmann::json(again.loss).dump(), recorded().at(14));
}

TEST_F(Replayed, ADamagedManifestIsPassedOver) {
  const train::small::Directory copy;
  fs::copy(directory->path, copy.path / "run", fs::copy_options::recursive);
  std::ofstream(copy.path / "run/checkpoints/step-00000018/manifest.json") << "cut";
  std::ofstream(copy.path / "run/checkpoints/step-00000012/manifest.json") << "cut";
  const auto again = replay(plan_of(train::small::recipe()), copy.path / "run", 14);
  EXPECT_EQ(again.from, 8);
  EXPECT_EQ(nlohmann::json(again.loss).dump(), recorded().at(14));
}

TEST_F(Replayed, SamplesCarryLossesAndDraws) {
  const auto plan = plan_of(train::small::recipe());
  const auto again = replay(plan, directory->path, 11);
  ASSERT_EQ(again.samples.size(), 8U);
  double sum = 0;
  for (std::size_t i = 0; i < again.samples.size(); ++i) {
    const auto& sample = again.samples[i];
    sum += sample.loss;
    if (i > 0) {
      EXPECT_LE(sample.loss, again.samples[i - 1].loss) << "the worst come first";
    }
    EXPECT_EQ(sample.where, plan.train->where(sample.id));
    EXPECT_EQ(sample.label, plan.train->label(sample.id));
    ASSERT_EQ(sample.augment.size(), 2U);
    EXPECT_EQ(sample.augment[0].draws.size(), 2U);
    EXPECT_EQ(sample.augment[1].after.flipped, sample.augment[1].draws[0].value != 0);

    // The trace reproduces the batch's pixels.
    io::Picture image;
    plan.train->read(sample.id, image);
    augment::Frame frame(plan.training.size);
    frame.begin(image);
    frame.crop(sample.augment[1].after.window);
    if (sample.augment[1].after.flipped) frame.flip();
    std::vector<float> pixels(144);
    frame.render(augment::NormalisationTable({.mean = {0}, .std = {1}}), pixels.data());
    const auto seen = again.images[sample.row][0].contiguous();
    for (std::size_t k = 0; k < pixels.size(); ++k)
      ASSERT_NEAR(seen.const_data_ptr<float>()[k], pixels[k], 1e-6) << "of black 0 to white 1";
  }
  EXPECT_NEAR(sum / 8, again.loss, 1e-6);
  EXPECT_FALSE(again.norms.layers.empty());
}

TEST_F(Replayed, AttackedImagesAreThoseOfTheStep) {
  for (const auto* kind : {"pgd", "trades", "free"}) {
    SCOPED_TRACE(kind);
    const train::small::Directory other;
    const auto plan = plan_of(train::small::recipe({fmt::format("adversarial={}", kind)}));
    run(plan, {.directory = other.path / "run"});
    const auto again = replay(plan, other.path / "run", 11);
    EXPECT_TRUE(again.check.lines > 0 && !again.check.first_difference);
    double sum = 0;
    for (const auto& sample : again.samples) sum += sample.loss;
    EXPECT_NEAR(sum / static_cast<double>(again.samples.size()), again.loss, 1e-5);

    const auto steps = plan.horizon.steps_per_epoch;
    train::TrainingBatches batches(plan);
    batches.start(10 / steps, 10 % steps);
    const auto& normalisation = plan.training.normalisation;
    const auto pixels = batches.next()
                            ->views.front()
                            .mul(normalisation.std.front())
                            .add(normalisation.mean.front())
                            .clamp(0, 1);
    const auto change = again.images.sub(pixels).abs().max().item<double>();
    EXPECT_GT(change, 1e-4) << "they are attacked";
    EXPECT_LT(change, 8.0 / 255 + 1e-5);
  }
}

TEST_F(Replayed, NestedOperationsAreShownWithinTheirs) {
  const train::small::Directory other;
  const auto plan = plan_of(train::small::recipe(
      {R"(data.augment=[{ kind = "random_apply", operations = ["pad_crop", "flip"] }])"}));
  run(plan, {.directory = other.path / "run"});
  const auto again = replay(plan, other.path / "run", 3);
  const auto folder = write_replay(again, plan, other.path / "run");
  const auto samples = nlohmann::json::parse(io::read_text(folder / "samples.json"))["samples"];
  ASSERT_EQ(samples.size(), again.samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto& trace = again.samples[i].augment.at(0);
    const auto& written = samples[i]["augment"].at(0);
    ASSERT_EQ(trace.nested.size(), trace.draws.at(0).value != 0 ? 2U : 0U);
    EXPECT_EQ(written.contains("nested"), !trace.nested.empty());
    if (!trace.nested.empty()) {
      EXPECT_EQ(written["nested"][1]["operation"], "flip");
      EXPECT_EQ(written["nested"][0]["applied"][0]["unit"], "pixels");
    }
    EXPECT_EQ(augment::to_text(traces_from(samples[i]["augment"])),
              augment::to_text(again.samples[i].augment));
  }
}

TEST_F(Replayed, TheRunStaysAsItIs) {
  const auto plan = plan_of(train::small::recipe());
  const auto before = files(directory->path);
  const auto folder = write_replay(replay(plan, directory->path, 7), plan, directory->path);
  EXPECT_TRUE(fs::exists(folder / "batch.png"));
  const auto object = nlohmann::json::parse(io::read_text(folder / "samples.json"));
  EXPECT_EQ(object.at("samples").size(), 8U);
  // Eight images of 12 x 12 pixels, enlarged five times, in three columns with gaps of two pixels.
  EXPECT_EQ(object.at("samples")[4]["cell"],
            (nlohmann::json{{"top", 64}, {"left", 64}, {"height", 60}, {"width", 60}}));
  EXPECT_EQ(object.at("loss").dump(), recorded().at(7));
  fs::remove_all(directory->path / "replay");
  EXPECT_EQ(files(directory->path), before);
}

void expect_refused(const train::Plan& plan, const fs::path& run, std::int64_t step, Code code,
                    const std::string& text) {
  try {
    (void)replay(plan, run, step);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_THAT(error.what(), HasSubstr(text));
  }
}

TEST_F(Replayed, WhatCannotBeReplayedIsRefused) {
  const auto plan = plan_of(train::small::recipe());
  expect_refused(plan, directory->path, 19, Code::usage, "has reached step 18 of 18");
  expect_refused(plan, directory->path, 0, Code::usage, "from 1 to 18");
  expect_refused(plan, directory->path / "none", 1, Code::usage, "no run");
  expect_refused(plan_of(train::small::recipe(), 2), directory->path, 3, Code::data, "data set");
  expect_refused(plan_of(train::small::recipe({"optimizer.lr=0.2"})), directory->path, 3,
                 Code::data, "recipe.toml");
}

TEST_F(Replayed, AForkNeedsACheckpointOfItsOwn) {
  const train::small::Directory folder;
  const auto plan = plan_of(train::small::recipe({"epochs=4"}));
  const auto fork = folder.path / "fork";
  run(plan, {.directory = fork, .stop_at = 20, .fork_from = directory->path});
  expect_refused(plan, fork, 4, Code::usage, "was forked from");
}

/// Not finite for batches with fewer than four images of the first class.
at::Tensor sometimes_nan(const at::Tensor& logits, const at::Tensor& targets) {
  const auto loss = (logits - targets).square().mean();
  const bool bad = targets.select(1, 0).sum().item<double>() < 4;
  return bad ? loss * std::numeric_limits<double>::quiet_NaN() : loss;
}

TEST_F(Replayed, StepsAreRolledBackToAnchorsThatTheRunHasRemoved) {
  for (const int keep : {1, 100}) {
    SCOPED_TRACE(keep);
    const train::small::Directory other;
    auto recipe = train::small::recipe({"guard={ nan = \"rollback\", anchor_every = 3 }",
                                        fmt::format("checkpoint.keep={}", keep)});
    recipe.loss = loss::Custom{.name = "sometimes nan", .function = sometimes_nan};
    const auto plan = plan_of(recipe);
    run(plan, {.directory = other.path / "run"});
    std::int64_t last = 0;
    std::int64_t left_out = 0;
    double loss = 0;
    for (const auto& event : read_log(other.path / "run"))
      if (const auto* line = std::get_if<train::Stepped>(&event)) {
        last = line->step;
        loss = line->loss;
      } else if (std::holds_alternative<train::SkippedStep>(event)) {
        ++left_out;
      }
    ASSERT_GT(left_out, 0);
    const auto again = replay(plan, other.path / "run", last);
    EXPECT_EQ(again.from, keep == 1 ? 0 : (last - 1) / 3 * 3) << "an anchor";
    EXPECT_EQ(again.loss, loss);
    EXPECT_GT(again.check.lines, 0);
    EXPECT_FALSE(again.check.first_difference);
  }
}

TEST(LoggedLosses, BeginAnewAtLinesAndEvaluationsButNotInAnotherProcess) {
  const auto losses = logged_losses(
      {train::Started{.step = 2}, train::Stepped{.step = 3, .loss = 1.5},
       train::Norms{.step = 4, .layers = {}},
       train::Evaluated{.epoch = 1, .step = 5, .seconds = 0, .raw = {}, .averaged = {}},
       train::Stepped{.step = 6, .loss = 1}, train::Started{.step = 8},
       train::Stepped{.step = 9, .loss = std::numeric_limits<double>::quiet_NaN()}});
  ASSERT_EQ(losses.size(), 3U);
  EXPECT_EQ(losses[0], (LoggedLoss{2, 3, 1.5})) << "of a fork";
  EXPECT_EQ(losses[1], (LoggedLoss{5, 6, 1}));
  EXPECT_EQ(losses[2].after, 6);
  EXPECT_TRUE(std::isnan(losses[2].loss));
}

}  // namespace
}  // namespace temper::run
