// Runs from pretrained weights: the last layer from a linear probe, BatchNorm in evaluation mode.
#include "temper/evaluate/fit_head.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/evaluate/evaluate.h"
#include "temper/evaluate/features.h"
#include "temper/io/format/safetensors.h"
#include "temper/model/architecture.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "temper/train/begin.h"
#include "temper/train/pretrained.h"
#include "temper/train/state.h"
#include "temper/train/tensors.h"
#include "tests/run/same_run.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kOther = R"(averaging=[{ kind = "swa", start = 0.3 }])";

/// The weights of a run of one epoch, for others to start from. These have 51 images to train on,
/// in epochs of 6 steps, and 13 for validation.
class FitHead : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto first = train::plan(train::small::recipe({"epochs=1", "precision=\"fp32\""}),
                                   train::small::dataset(64, 7));
    ASSERT_TRUE(run(first, {.directory = weights()}).finished);
  }

  [[nodiscard]] fs::path weights() const { return folder_.path / "weights"; }
  [[nodiscard]] fs::path folder(const std::string& name) const { return folder_.path / name; }
  [[nodiscard]] train::Plan planned(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> sets{"precision=\"fp32\"",
                                  "pretrained.from=" + recipe::quote(weights().string()),
                                  "pretrained.head=\"probe\""};
    sets.insert(sets.end(), more.begin(), more.end());
    return train::plan(train::small::recipe(sets), train::small::dataset(64));
  }
  static std::map<std::string, at::Tensor> values(const model::Network& network) {
    std::map<std::string, at::Tensor> found;
    for (const auto& [name, value] : train::weights(network)) found[name] = value.detach().clone();
    return found;
  }
  /// The fits in the log of a run.
  static std::int64_t fits(const fs::path& of) {
    return std::ranges::count_if(train::read_events(of / "metrics.jsonl"), [](const auto& event) {
      return std::holds_alternative<train::LinearProbed>(event);
    });
  }

  train::small::Directory folder_;
};

TEST_F(FitHead, IsTheLinearProbeOfTheFeatures) {
  const auto made = planned({"pretrained.probe_c=0.1"});
  EXPECT_THAT(made.pretrained_notes,
              ::testing::Contains("the last layer (fc) starts from a linear probe"));
  auto state = train::begin(made);
  const auto before = values(*state.network);
  EXPECT_EQ(before.at("fc.weight").abs().max().item<double>(), 0);
  const auto known = evaluate::features(*state.network, made, made.train);
  const auto tested = evaluate::features(*state.network, made, made.validation);
  const auto expected = measure::fit_linear_probe(known.activations, known.labels, 2,
                                                  {.c = 0.1,
                                                   .tolerance = evaluate::kHeadTolerance,
                                                   .most_iterations = evaluate::kHeadIterations});

  const auto probed = evaluate::fit_head(state, made);
  ASSERT_TRUE(probed.has_value());
  const auto after = values(*state.network);
  EXPECT_TRUE(at::equal(after.at("fc.weight"), expected.weight.to(at::kFloat)));
  EXPECT_TRUE(at::equal(after.at("fc.bias"), expected.bias.to(at::kFloat)));
  for (const auto& [name, value] : after)
    EXPECT_EQ(at::equal(value, before.at(name)), !name.starts_with("fc.")) << name;
  EXPECT_EQ(probed->images, 51);
  EXPECT_EQ(probed->features, after.at("fc.weight").size(1));
  EXPECT_EQ(probed->iterations, expected.iterations);
  EXPECT_TRUE(probed->converged);
  EXPECT_EQ(probed->split, "validation");
  EXPECT_EQ(probed->count, 13);

  // What the network answers is what the probe answers, and the average begins with it.
  const auto predicted = evaluate::predict(*state.network, made, made.validation);
  EXPECT_TRUE(at::allclose(predicted.logits.to(at::kDouble),
                           measure::probe_logits(expected, tested.activations), 1e-4, 1e-4));
  EXPECT_DOUBLE_EQ(evaluate::score(predicted).accuracy, probed->accuracy);
  for (const auto& [name, value] : state.averages.front().tensors)
    EXPECT_TRUE(at::equal(value, after.at(name))) << name;
}

TEST_F(FitHead, DoesNothingUnlessItIsAskedTo) {
  const auto made = planned({"pretrained.head=\"auto\""});
  auto state = train::begin(made);
  const auto before = values(*state.network);
  EXPECT_FALSE(evaluate::fit_head(state, made).has_value());
  for (const auto& [name, value] : values(*state.network))
    EXPECT_TRUE(at::equal(value, before.at(name))) << name;
  EXPECT_GT(before.at("fc.weight").abs().max().item<double>(), 0) << "the classes are the same";
  EXPECT_THAT(evaluate::fit_sizes(made, 16), IsEmpty());
  EXPECT_EQ(evaluate::fit_sizes(planned(), 16).front(), (51 + 13) * 16 * 4);
}

TEST_F(FitHead, IsScoredOnTheTrainingImagesWithoutOthers) {
  const auto made = planned({"data.validation=0"});
  auto state = train::begin(made);
  const auto probed = evaluate::fit_head(state, made);
  ASSERT_TRUE(probed.has_value());
  EXPECT_EQ(probed->split, "train");
  EXPECT_EQ(probed->count, 64);
}

TEST_F(FitHead, LeavesOutImagesWithoutALabel) {
  const auto made = planned({"data.labelled=0.5"});
  auto state = train::begin(made);
  const auto probed = evaluate::fit_head(state, made);
  ASSERT_TRUE(probed.has_value());
  EXPECT_GT(probed->images, 10);
  EXPECT_LT(probed->images, 40);
}

TEST_F(FitHead, RunsGoOnWithTheSameBits) {
  const auto made = planned();
  ASSERT_TRUE(run(made, {.directory = folder("whole")}).finished);
  EXPECT_EQ(fits(folder("whole")), 1);
  for (const auto& event : train::read_events(folder("whole") / "metrics.jsonl")) {
    if (const auto* warning = std::get_if<train::Warned>(&event)) {
      EXPECT_THAT(warning->message, Not(HasSubstr("random guessing")));
    }
  }
  for (const std::int64_t step : {0, 1, 6, 7}) {
    const auto stopped = folder(fmt::format("stopped-{}", step));
    EXPECT_EQ(run(made, {.directory = stopped, .stop_at = step}).step, step);
    EXPECT_TRUE(run(made, {.directory = stopped}).finished);
    expect_same_run(stopped, folder("whole"));
    EXPECT_EQ(fits(stopped), 1) << "it is not repeated";
  }
}

TEST_F(FitHead, IsInTheLogOnceWhereARunBeginsAnew) {
  const auto made = planned();
  ASSERT_TRUE(run(made, {.directory = folder("whole")}).finished);
  EXPECT_FALSE(run(made, {.directory = folder("killed"), .stop_at = 2}).finished);
  fs::remove_all(folder("killed") / "checkpoints");  // as if killed before there were any
  EXPECT_TRUE(run(made, {.directory = folder("killed")}).finished);
  EXPECT_EQ(fits(folder("killed")), 1);
  expect_same_run(folder("killed"), folder("whole"));
}

TEST_F(FitHead, AStopDuringItBeginsAnew) {
  const auto made = planned();
  ASSERT_TRUE(run(made, {.directory = folder("whole")}).finished);
  StopFlag stop;
  stop.set();
  const auto outcome = run(made, {.directory = folder("stopped"), .stop = &stop});
  EXPECT_FALSE(outcome.finished);
  EXPECT_EQ(outcome.step, 0);
  EXPECT_EQ(fits(folder("stopped")), 0);
  EXPECT_TRUE(run(made, {.directory = folder("stopped")}).finished);
  expect_same_run(folder("stopped"), folder("whole"));
}

TEST_F(FitHead, DoesNotDependOnLoaderThreads) {
  std::vector<at::Tensor> found;
  for (const auto* threads : {"data.num_workers=1", "data.num_workers=3"}) {
    const auto made = planned({threads});
    auto state = train::begin(made);
    ASSERT_TRUE(evaluate::fit_head(state, made).has_value());
    found.push_back(values(*state.network).at("fc.weight"));
  }
  EXPECT_TRUE(at::equal(found[0], found[1]));
}

TEST_F(FitHead, IsInTheLogOfCompanionsToo) {
  const auto plain = planned();
  const auto other = planned({kOther});
  ASSERT_TRUE(run(plain, {.directory = folder("plain-alone")}).finished);
  ASSERT_TRUE(run(other, {.directory = folder("other-alone")}).finished);
  const auto outcome =
      run(plain, {.directory = folder("plain"), .companions = {{&other, folder("other")}}});
  EXPECT_EQ(outcome.carried, 18);
  EXPECT_TRUE(run(other, {.directory = folder("other")}).finished);
  expect_same_run(folder("plain"), folder("plain-alone"));
  expect_same_run(folder("other"), folder("other-alone"));
}

TEST_F(FitHead, IsRepeatedInAReplayFromTheStart) {
  const auto made = planned();
  ASSERT_TRUE(run(made, {.directory = folder("run")}).finished);
  const auto replayed = replay(made, folder("run"), 2);
  EXPECT_EQ(replayed.from, 0);
  EXPECT_EQ(replayed.check.lines, 2);
  EXPECT_FALSE(replayed.check.first_difference.has_value());
}

TEST_F(FitHead, NeedsALastLayerWithABias) {
  const auto network = model::build(model::Airbench{}, {.height = 32, .width = 32}, /*seed=*/1);
  try {
    (void)train::last_layer(planned(), *network);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("pretrained.head is probe, which needs a network"));
  }
}

/// A tensor of a finished run's file.
at::Tensor saved(const fs::path& file, const std::string& name) {
  return train::to_tensor(io::Safetensors(file).at(name)).clone();
}

using NormEval = FitHead;

TEST_F(NormEval, KeepsTheStatisticsOfTheWeights) {
  // That average re-estimates statistics, where there are any to estimate.
  const auto made = planned({"pretrained.norm_eval=true", "optimizer.lr=0.01", kOther});
  ASSERT_TRUE(run(made, {.directory = folder("whole")}).finished);
  const auto before = values(*train::begin(made).network);
  for (const auto* file : {"model.safetensors", "model-swa.safetensors"}) {
    const auto after = folder("whole") / file;
    for (const auto* name : {"bn1.running_mean", "layer3.0.bn2.running_var"})
      EXPECT_TRUE(at::equal(saved(after, name), before.at(name))) << file << name;
    EXPECT_FALSE(at::equal(saved(after, "bn1.weight"), before.at("bn1.weight"))) << file;
  }
  for (const std::int64_t step : {1, 7}) {
    const auto stopped = folder(fmt::format("stopped-{}", step));
    EXPECT_FALSE(run(made, {.directory = stopped, .stop_at = step}).finished);
    EXPECT_TRUE(run(made, {.directory = stopped}).finished);
    expect_same_run(stopped, folder("whole"));
  }
}

TEST_F(NormEval, NeedsLayersWithRunningStatistics) {
  const auto recipe = train::small::recipe({"pretrained={ norm_eval = true }"});
  model::ConvNeXt small;  // its layers normalize within an image
  small.depths = {1, 1, 1, 1};
  small.width = 8;
  try {
    (void)train::start(recipe, model::build(small, {.height = 32, .width = 32}, /*seed=*/1));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("no layers with running statistics"));
  }
}

}  // namespace
}  // namespace temper::run
