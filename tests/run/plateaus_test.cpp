// Plateau schedules, through stops, forks, rollbacks and replays.
#include "temper/train/plateaus.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mean.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/json_lines.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "temper/train/checkpoint.h"
#include "temper/train/guarded_step.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using train::small::plan_of;

constexpr auto kPath = "optimizer.lr";

/// A minimum improvement that only the first epoch reaches: 0.05, 0.05, 0.025, 0.0125, ... by
/// epoch.
const std::vector<std::string> kFalling{
    "epochs=5",
    "optimizer.lr={ schedule = \"plateau\", peak = 0.05, factor = 0.5, patience = 0, threshold = "
    "0.99 }"};

std::map<std::int64_t, nlohmann::json> steps_of(const fs::path& run) {
  std::map<std::int64_t, nlohmann::json> steps;
  for (const auto& line : io::read_json_lines(run / "metrics.jsonl"))
    if (line.at("event") == "step") steps[line.at("step")] = line;
  return steps;
}

TEST(Plateaus, ReduceTheRateAfterEpochsWithoutAnImprovement) {
  const train::small::Directory directory;
  run(plan_of(kFalling), {.directory = directory.path});
  for (const auto& [step, line] : steps_of(directory.path)) {
    const auto epoch = (step - 1) / 6;
    EXPECT_DOUBLE_EQ(line.at("lr"), 0.05 * std::pow(0.5, std::max<std::int64_t>(0, epoch - 1)))
        << step;
  }
  const auto manifest =
      train::read_manifest(train::list_checkpoints(directory.path / "checkpoints").back());
  EXPECT_EQ(manifest.plateaus.at(kPath).reductions, 4);
}

/// The weights and the plateau's record at the end.
std::pair<std::string, recipe::Plateaus> result(std::optional<std::int64_t> stop_at) {
  const train::small::Directory directory;
  const auto the_plan = plan_of(kFalling);
  if (stop_at) run(the_plan, {.directory = directory.path, .stop_at = stop_at});
  EXPECT_TRUE(run(the_plan, {.directory = directory.path}).finished);
  const auto manifest =
      train::read_manifest(train::list_checkpoints(directory.path / "checkpoints").back());
  return {io::hash_file(directory.path / "model.safetensors"), manifest.plateaus};
}

TEST(Plateaus, AreWhereTheyWereWhenARunGoesOn) {
  const auto whole = result(std::nullopt);
  for (const std::int64_t step : {1, 6, 7, 11, 12, 13, 25}) EXPECT_EQ(result(step), whole) << step;
}

TEST(Plateaus, AreInEveryReplayedStep) {
  const train::small::Directory directory;
  const auto the_plan = plan_of(kFalling);
  run(the_plan, {.directory = directory.path});
  const auto steps = steps_of(directory.path);
  ASSERT_EQ(steps.size(), 30U);
  for (const auto& [step, line] : steps) {
    const auto again = replay(the_plan, directory.path, step);
    EXPECT_EQ(nlohmann::json(again.lr), line.at("lr")) << step;
    EXPECT_EQ(nlohmann::json(again.loss).dump(), line.at("loss").dump()) << step;
  }
  fs::remove_all(directory.path / "checkpoints");
  const auto again = replay(the_plan, directory.path, 20);  // over three evaluations
  EXPECT_EQ(again.from, 0);
  EXPECT_EQ(nlohmann::json(again.lr), steps.at(20).at("lr"));
  EXPECT_EQ(nlohmann::json(again.loss).dump(), steps.at(20).at("loss").dump());
}

TEST(Plateaus, OfAReplayNeedTheLogsEvaluations) {
  const train::small::Directory directory;
  const auto the_plan = plan_of(kFalling);
  run(the_plan, {.directory = directory.path});
  fs::remove_all(directory.path / "checkpoints");
  const auto path = directory.path / "metrics.jsonl";
  const auto lines = io::read_json_lines(path);
  std::ofstream log(path);
  for (const auto& line : lines)
    if (line.at("event") != "epoch") log << line.dump() << "\n";
  log.close();
  EXPECT_NO_THROW((void)replay(the_plan, directory.path, 6));
  try {
    (void)replay(the_plan, directory.path, 7);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("no evaluation after step 6"));
  }
}

TEST(Plateaus, FollowTheWeightsThatCount) {
  for (const std::string counting : {"averaged", "both", "raw"}) {
    const auto recipe = train::small::recipe(
        {"optimizer.lr={ schedule = \"plateau\" }",
         "loss.label_smoothing={ smoothing = { schedule = \"plateau\", peak = 0.1, measure = "
         "\"validation_accuracy\" } }",
         "evaluation.weights=" + counting});
    train::State state;
    state.plateaus = train::start_plateaus(recipe);
    ASSERT_EQ(state.plateaus.size(), 2U);
    train::observe(state, recipe, {6, 18}, train::small::evaluated(0.5, 0.25));
    const double loss = counting == "raw" ? 0.5 : 0.25;
    EXPECT_EQ(state.plateaus.at(kPath).best, loss) << counting;
    EXPECT_EQ(state.plateaus.at("loss.label_smoothing.smoothing").best, 1 - loss) << counting;
  }
}

at::Tensor never_a_number(const at::Tensor& logits, const at::Tensor&) {
  return logits.mean() * std::numeric_limits<double>::quiet_NaN();
}

TEST(Plateaus, OutliveARollback) {
  const train::small::Directory directory;
  auto recipe =
      train::small::recipe({"optimizer.lr={ schedule = \"plateau\" }", "guard.nan=rollback"});
  recipe.loss = loss::Custom{.name = "nan", .function = never_a_number};
  const auto the_plan = train::plan(recipe, train::small::dataset(64));
  auto state = train::start(the_plan.recipe, train::build_network(the_plan), the_plan.horizon);
  train::write_checkpoint(train::snapshot(state, {}), directory.path);
  const recipe::Plateaus later{
      {kPath, {.best = 0.3, .bad = 2, .cooldown_left = 1, .reductions = 3}}};
  state.plateaus = later;
  data::Loader loader(the_plan.train, the_plan.training);
  loader.start(0);
  train::Times times;
  const train::GuardedStep step(directory.path);
  EXPECT_TRUE(step(state, the_plan.recipe, *loader.next(), times).not_finite.has_value());
  EXPECT_EQ(state.left_out, 1);
  EXPECT_EQ(state.plateaus, later);
}

TEST(Plateaus, GoOnInAForkThatFollowsTheSameScore) {
  const train::small::Directory directory;
  run(plan_of(kFalling), {.directory = directory.path});
  const auto checkpoint = train::list_checkpoints(directory.path / "checkpoints").back();
  const auto forked = [&](const std::vector<std::string>& sets, train::State& state) {
    const auto the_plan = plan_of(sets);
    state = train::start(the_plan.recipe, train::build_network(the_plan), the_plan.horizon);
    return train::load_compatible(state, the_plan.recipe, checkpoint);
  };
  train::State state;
  EXPECT_THAT(forked({"optimizer.lr={ schedule = \"plateau\", patience = 3 }"}, state), IsEmpty());
  EXPECT_EQ(state.plateaus.at(kPath).reductions, 4);
  EXPECT_THAT(
      forked({"optimizer.lr={ schedule = \"plateau\", measure = \"validation_accuracy\" }"}, state),
      ElementsAre(HasSubstr("the plateau schedule of optimizer.lr is reset")));
  EXPECT_EQ(state.plateaus.at(kPath).reductions, 0);
  EXPECT_THAT(forked({}, state), IsEmpty());
  EXPECT_TRUE(state.plateaus.empty());
}

TEST(Plateaus, AreReadBackFromAManifestToTheBit) {
  train::Manifest manifest{.step = 6, .fingerprint = "f", .best_metric = {}, .platform = {}};
  manifest.plateaus = {{"a", {}},
                       {"b",
                        {.measure = schedule::PlateauMeasure::validation_accuracy,
                         .best = 0.1 + 0.2,
                         .bad = 1,
                         .cooldown_left = 2,
                         .reductions = 3}},
                       {"c", {.best = std::numeric_limits<double>::denorm_min()}}};
  const auto text = train::to_text(manifest);
  EXPECT_EQ(train::parse_manifest(text, "m").plateaus, manifest.plateaus);
  auto other = text;
  other.replace(other.find("validation_accuracy"), 19, "validation_accuracz");
  EXPECT_THROW((void)train::parse_manifest(other, "m"), Error);
}

TEST(Plateaus, NeedAValidationSet) {
  try {
    (void)plan_of({"data.validation=0", "optimizer.lr={ schedule = \"plateau\" }"});
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("with data.validation = 0 there is none"));
  }
}

}  // namespace
}  // namespace temper::run
