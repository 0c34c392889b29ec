// Runs with early stopping, through stops, forks and rollbacks, and the files that they write.
#include "temper/train/stopping.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mean.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/evaluate/statistics.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/json_lines.h"
#include "temper/io/format/safetensors.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "temper/train/checkpoint.h"
#include "temper/train/guarded_step.h"
#include "temper/train/saved_model.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kPerEpoch = 6;

/// A minimum improvement that no epoch but the first reaches.
constexpr auto kStrict = "early_stopping={ patience = 2, minimum_improvement = 100 }";

train::Plan plan_of(std::vector<std::string> sets) {
  sets.emplace_back("epochs=8");
  sets.emplace_back("checkpoint.every_epochs=1");
  return train::plan(train::small::recipe(sets), train::small::dataset(64));
}

std::string hash_of(const fs::path& run, const std::string& file) {
  return io::hash_file(run / file);
}

/// The tensors of a file of weights, without its metadata, which hold the run's fingerprint.
std::map<std::string, std::vector<std::byte>> tensors_of(const fs::path& run,
                                                         const std::string& name) {
  const io::Safetensors file(run / name);
  std::map<std::string, std::vector<std::byte>> tensors;
  for (const auto& tensor : file.tensors())
    tensors[tensor.name].assign(tensor.bytes.begin(), tensor.bytes.end());
  return tensors;
}

std::string checkpoint_hash(const fs::path& run, std::int64_t step, const std::string& file) {
  return io::hash_file(train::checkpoint_at(run / "checkpoints", step) / file);
}

std::vector<nlohmann::json> lines_of(const fs::path& run, const std::string& event) {
  auto lines = io::read_json_lines(run / "metrics.jsonl");
  std::erase_if(lines, [&](const auto& line) { return line.at("event") != event; });
  return lines;
}

TEST(EarlyStopping, EndsTheRunAndSaysWhenAndWhy) {
  const train::small::Directory directory;
  const auto made = plan_of({kStrict});
  const auto outcome = run(made, {.directory = directory.path});
  EXPECT_TRUE(outcome.finished);
  EXPECT_TRUE(finished(directory.path));
  EXPECT_EQ(outcome.step, 3 * kPerEpoch);
  ASSERT_TRUE(outcome.early_stop.has_value());
  EXPECT_EQ(outcome.early_stop->reason, "patience");
  EXPECT_EQ(outcome.early_stop->epoch, 3);
  EXPECT_EQ(outcome.early_stop->best_epoch, 1);
  EXPECT_EQ(outcome.early_stop->waited, 2);
  const auto text = train::to_text(*outcome.early_stop, made.recipe.epochs);
  EXPECT_THAT(text, HasSubstr("after epoch 3 of 8: 2 evaluations in a row did not improve on epoch "
                              "1 with a validation loss of "));
  EXPECT_THAT(text, HasSubstr("The weights are those of epoch 1."));
  const auto told = lines_of(directory.path, "early_stop");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].at("step"), 18);
  EXPECT_EQ(lines_of(directory.path, "step").back().at("step"), 18);
  // Both sets of weights are evaluated at the end of a run, also when it ends early.
  EXPECT_TRUE(lines_of(directory.path, "epoch").back().contains("raw"));
  const auto again = run(made, {.directory = directory.path});
  EXPECT_TRUE(again.finished);
  EXPECT_EQ(lines_of(directory.path, "early_stop").size(), 1U);
}

TEST(EarlyStopping, ShipsTheWeightsOfTheBestEvaluation) {
  const train::small::Directory directory;
  run(plan_of({kStrict}), {.directory = directory.path});
  for (const auto& [shipped, saved] :
       {std::pair("model.safetensors", "model.safetensors"),
        std::pair("model-ema.safetensors", "averages.safetensors")}) {
    EXPECT_EQ(hash_of(directory.path, shipped), checkpoint_hash(directory.path, 6, saved));
    EXPECT_NE(hash_of(directory.path, shipped), checkpoint_hash(directory.path, 18, saved));
  }
}

TEST(EarlyStopping, ShipsTheBestAveragesWithStatisticsOfTheirOwnWhereRawWeightsAreJudged) {
  for (const auto& [averaging, name] :
       {std::pair(R"(averaging=[{ kind = "swa", start = 0.1 }])", "swa"),
        std::pair("averaging=[]", "schedule_free")}) {
    SCOPED_TRACE(name);
    std::vector<std::string> sets{kStrict, averaging, "evaluation.weights=raw"};
    if (std::string_view(name) == "schedule_free")
      sets.emplace_back("optimizer.kind=schedule_free_sgd");
    const train::small::Directory directory;
    const auto made = plan_of(sets);
    EXPECT_EQ(run(made, {.directory = directory.path}).early_stop->best_epoch, 1);

    const auto shipped = train::load_model(directory.path, "averaged");
    const io::Safetensors best(train::checkpoint_at(directory.path / "checkpoints", 18) /
                               "best-averages.safetensors");
    for (const auto& parameter : shipped.network->parameters())
      EXPECT_TRUE(at::equal(parameter.value, train::to_tensor(best.at(parameter.name))))
          << parameter.name;
    const auto again = train::load_model(directory.path, "averaged");
    evaluate::reestimate_statistics(*again.network, made, 3);
    for (std::size_t i = 0; i < shipped.network->buffers().size(); ++i) {
      const auto& buffer = shipped.network->buffers()[i];
      EXPECT_TRUE(at::equal(buffer.value, again.network->buffers()[i].value)) << buffer.name;
    }
  }
}

TEST(EarlyStopping, ShipsTheLastWeightsWhereTheBestAreNotWanted) {
  const train::small::Directory directory;
  const auto outcome = run(plan_of({std::string(kStrict), "early_stopping.restore_best=false"}),
                           {.directory = directory.path});
  EXPECT_EQ(outcome.step, 18);
  EXPECT_EQ(outcome.early_stop->weights, "last");
  EXPECT_EQ(hash_of(directory.path, "model.safetensors"),
            checkpoint_hash(directory.path, 18, "model.safetensors"));
  EXPECT_FALSE(
      fs::exists(train::checkpoint_at(directory.path / "checkpoints", 18) / "best.safetensors"));
}

TEST(EarlyStopping, ShipsTheBestWeightsAlsoOfARunThatCameToItsEnd) {
  const train::small::Directory directory;
  const auto outcome =
      run(plan_of({kStrict, "early_stopping.patience=100"}), {.directory = directory.path});
  EXPECT_EQ(outcome.step, 8 * kPerEpoch);
  EXPECT_EQ(outcome.early_stop->reason, "length");
  EXPECT_EQ(hash_of(directory.path, "model.safetensors"),
            checkpoint_hash(directory.path, 6, "model.safetensors"));
}

/// Hashes of a finished run's weights, and its early_stop event.
std::vector<std::string> result(const std::string& edit, const std::vector<std::int64_t>& stops) {
  const train::small::Directory directory;
  const auto made = plan_of({kStrict, edit});
  for (const auto stop : stops)
    EXPECT_FALSE(run(made, {.directory = directory.path, .stop_at = stop}).finished) << stop;
  EXPECT_TRUE(run(made, {.directory = directory.path}).finished);
  return {hash_of(directory.path, "model.safetensors"),
          hash_of(directory.path, "model-ema.safetensors"),
          lines_of(directory.path, "early_stop").at(0).dump()};
}

TEST(EarlyStopping, IsWhereItWasWhenARunGoesOn) {
  for (const std::string edit :
       {"evaluation.weights=both", "evaluation.weights=raw", "early_stopping.patience=4"}) {
    const auto whole = result(edit, {});
    for (const std::int64_t stop : {1, 6, 7, 12, 13, 17}) EXPECT_EQ(result(edit, {stop}), whole);
    EXPECT_EQ(result(edit, {2, 5, 6, 11, 12, 16}), whole);
  }
}

TEST(EarlyStopping, ThatNeverStrikesChangesNothing) {
  const train::small::Directory with;
  const train::small::Directory without;
  run(plan_of({"early_stopping={ patience = 100, restore_best = false }"}),
      {.directory = with.path});
  run(plan_of({}), {.directory = without.path});
  for (const auto* file : {"model.safetensors", "model-ema.safetensors"})
    EXPECT_EQ(tensors_of(with.path, file), tensors_of(without.path, file)) << file;
  EXPECT_THAT(lines_of(without.path, "early_stop"), IsEmpty());
  const auto manifest =
      train::read_manifest(train::list_checkpoints(without.path / "checkpoints").back());
  EXPECT_FALSE(manifest.stop.has_value());
  EXPECT_EQ(train::to_text(manifest).find("stop"), std::string::npos);
}

TEST(EarlyStopping, JudgesTheWeightsThatCountByTheMeasureThatIsAskedFor) {
  for (const std::string counting : {"averaged", "raw"})
    for (const std::string measure : {"validation_loss", "validation_accuracy"}) {
      const auto recipe = train::small::recipe(
          {"early_stopping={ measure = \"" + measure + "\" }", "evaluation.weights=" + counting});
      train::State state;
      state.stop.emplace();
      const auto judged = train::judge(state, recipe, train::small::evaluated(0.5, 0.25));
      ASSERT_TRUE(judged.has_value());
      EXPECT_TRUE(judged->best);
      const double loss = counting == "raw" ? 0.5 : 0.25;
      EXPECT_EQ(judged->memory.best, measure == "validation_loss" ? loss : 1 - loss);
      EXPECT_FALSE(state.stop->seen) << "judging changes nothing";
    }
}

TEST(EarlyStopping, CountsWhatIsNoNumberAsNoImprovement) {
  auto made = plan_of({"early_stopping={ patience = 2 }", "averaging=[]"});
  auto state = train::start(made.recipe, train::build_network(made), made.horizon);
  for (const double loss : {kNone, std::numeric_limits<double>::infinity()}) {
    EXPECT_FALSE(train::should_stop(state, made.recipe));
    train::record_evaluation(
        state, *train::judge(state, made.recipe, train::small::evaluated(loss, kNone)));
  }
  EXPECT_TRUE(train::should_stop(state, made.recipe));
  const auto told = train::finish_early_stopping(state, made.recipe, made.horizon);
  EXPECT_EQ(told->weights, "last");
  EXPECT_THAT(train::to_text(*told, 8), HasSubstr("had no finite validation score"));
}

at::Tensor never_a_number(const at::Tensor& logits, const at::Tensor&) {
  return logits.mean() * kNone;
}

TEST(EarlyStopping, OutlivesARollback) {
  const train::small::Directory directory;
  auto recipe = train::small::recipe({kStrict, "guard.nan=rollback"});
  recipe.loss = loss::Custom{.name = "nan", .function = never_a_number};
  const auto made = train::plan(recipe, train::small::dataset(64));
  auto state = train::start(made.recipe, train::build_network(made), made.horizon);
  train::write_checkpoint(train::snapshot(state, {}), directory.path);
  const regularize::EarlyStoppingState later{
      .seen = true, .best = 0.3, .best_epoch = 2, .waited = 1};
  state.stop = later;
  {
    const at::NoGradGuard guard;
    state.best->raw.front().second.fill_(7);
  }
  data::Loader loader(made.train, made.training);
  loader.start(0);
  train::Times times;
  const train::GuardedStep step(directory.path);
  EXPECT_TRUE(step(state, made.recipe, *loader.next(), times).not_finite.has_value());
  EXPECT_EQ(state.stop, later);
  EXPECT_TRUE(state.best->raw.front().second.eq(7).all().item<bool>());
}

TEST(EarlyStopping, BeginsAnewInAFork) {
  const train::small::Directory directory;
  run(plan_of({kStrict}), {.directory = directory.path / "run"});
  const auto made = plan_of({kStrict, "optimizer.lr=0.01"});
  const auto forked =
      run(made, {.directory = directory.path / "fork", .fork_from = directory.path / "run"});
  EXPECT_EQ(forked.early_stop->best_epoch, 4);
  EXPECT_EQ(forked.step, 6 * kPerEpoch);
  EXPECT_THAT(lines_of(directory.path / "fork", "warning").at(0).at("message").get<std::string>(),
              HasSubstr("early stopping is reset"));
}

TEST(EarlyStopping, LeavesNoStepToReplayBeyondItsEnd) {
  const train::small::Directory directory;
  const auto made = plan_of({kStrict});
  run(made, {.directory = directory.path});
  EXPECT_EQ(replay(made, directory.path, 18).check.first_difference, std::nullopt);
  EXPECT_THROW((void)replay(made, directory.path, 19), Error);
}

TEST(EarlyStopping, IsReadBackFromAManifestToTheBit) {
  train::Manifest manifest{.step = 6, .fingerprint = "f", .best_metric = {}, .platform = {}};
  manifest.stop = {.seen = true, .best = 0.1 + 0.2, .best_epoch = 3, .waited = 4};
  EXPECT_EQ(train::parse_manifest(train::to_text(manifest), "m").stop, manifest.stop);
}

TEST(EarlyStopping, NeedsAValidationSet) {
  try {
    (void)plan_of({"data.validation=0", "early_stopping=true"});
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("--set early_stopping"));
    EXPECT_THAT(error.what(), HasSubstr("data.validation = 0 leaves none"));
  }
}

}  // namespace
}  // namespace temper::run
