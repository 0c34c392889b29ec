// Regression runs.
#include "temper/train/values.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/cost/preflight.h"
#include "temper/data/sources/values.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/predict_image.h"
#include "temper/evaluate/test_time.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/json_lines.h"
#include "temper/io/format/safetensors.h"
#include "temper/run/diff.h"
#include "temper/run/replay.h"
#include "temper/run/run.h"
#include "temper/train/saved_model.h"
#include "temper/train/training_batches.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using train::small::Directory;

/// Gray pictures; the targets are their brightness, in a unit of its own, and its negative. Every
/// tenth picture has no targets.
std::shared_ptr<const data::Source> brightness(std::int64_t images, std::uint64_t seed) {
  data::ArraySource::Contents contents{.name = "grey", .height = 8, .width = 8, .channels = 1};
  Random random(seed, Purpose::inspect);
  std::vector<double> values;
  for (std::int64_t i = 0; i < images; ++i) {
    const auto level = random.below(200);
    contents.labels.push_back(-1);
    for (int k = 0; k < 64; ++k)
      contents.pixels.push_back(static_cast<std::uint8_t>(level + random.below(56)));
    const double value = i % 10 == 9 ? std::numeric_limits<double>::quiet_NaN()
                                     : 1000 + 3 * static_cast<double>(level);
    values.push_back(value);
    values.push_back(-value / 500);
  }
  return std::make_shared<data::RegressionSource>(
      std::make_shared<data::ArraySource>(std::move(contents)),
      std::vector<std::string>{"bright", "dark"}, std::move(values));
}

data::Dataset dataset() {
  return {.train = brightness(200, 1), .test = brightness(40, 2), .height = 8, .width = 8};
}

recipe::Recipe recipe(std::vector<std::string> sets = {}) {
  sets.insert(sets.begin(), {"loss={ kind = \"mse\" }", "epochs=12", "precision=\"fp32\"",
                             "optimizer.lr=0.02", "data.augment=[{ kind = \"flip\" }]"});
  return train::small::recipe(sets);
}

std::string refused(const std::vector<std::string>& sets) {
  return temper::testing::refusal([&] { train::plan(recipe(sets), dataset()); });
}

/// The files of a run and its log without times.
std::string result_of(const train::small::fs::path& run) {
  std::string result;
  for (const auto* file : {"model.safetensors", "model-ema.safetensors", "predictions.safetensors",
                           "mistakes.safetensors"})
    result += io::hash_file(run / file) + "\n";
  for (auto line : io::read_json_lines(run / "metrics.jsonl")) {
    if (line["event"] == "start" || line["event"] == "end") continue;
    line.erase("seconds");
    line.erase("images_per_second");
    result += line.dump() + "\n";
  }
  return result;
}

TEST(ValueRun, IsPlannedInStandardDeviationsOfTheTrainingSet) {
  const auto made = train::plan(recipe(), dataset());
  EXPECT_EQ(made.task.classes, 2);
  EXPECT_EQ(made.train->size() + made.validation->size(), 180);
  EXPECT_EQ(made.test->size(), 36);
  ASSERT_EQ(made.scale.mean.size(), 2U);
  EXPECT_NEAR(made.scale.mean[0], 1300, 60);
  EXPECT_NEAR(made.scale.deviation[0], 173, 20);
  EXPECT_NEAR(made.scale.deviation[1], made.scale.deviation[0] / 500, 1e-9);
  const auto range = data::ranges_of_values(*made.train);
  EXPECT_NEAR(range[0].mean, 0, 1e-12);
  EXPECT_NEAR(range[1].deviation, 1, 1e-12);
  const auto values = train::in_units(*made.test, 0, made.scale);
  EXPECT_NEAR(values[1], -values[0] / 500, 1e-9);
  EXPECT_EQ(train::target_text(*made.test, 0, made.scale),
            fmt::format("{:.6g}, {:.6g}", values[0], values[1]));
}

TEST(ValueRun, FingerprintCoversTheValues) {
  auto data = dataset();
  const auto before = train::plan(recipe(), data).fingerprint;
  auto values = data::all_values(*data.train);
  values[0] += 1e-6;
  data.train = std::make_shared<data::RegressionSource>(
      std::dynamic_pointer_cast<const data::RegressionSource>(data.train)->base(),
      data.train->value_names(), values);
  EXPECT_NE(train::plan(recipe(), data).fingerprint, before);
}

TEST(ValueRun, LearnsAndTellsInTheValuesUnits) {
  const Directory run;
  const auto made = train::plan(recipe({"evaluation.weights=\"raw\""}), dataset());
  const auto outcome = run::run(made, {.directory = run.path});
  ASSERT_TRUE(outcome.test->score.errors);
  EXPECT_TRUE(std::isnan(outcome.test->score.accuracy));
  EXPECT_GT(outcome.test->score.errors->r2, 0.8);

  auto model = train::load_model(run.path);
  EXPECT_THAT(model.classes, IsEmpty());
  EXPECT_THAT(model.value_names, ElementsAre("bright", "dark"));
  EXPECT_EQ(model.scale, made.scale);
  const auto assessed = evaluate::assess(run.path, model, made);
  EXPECT_DOUBLE_EQ(assessed.score.loss, outcome.test->score.loss);
  EXPECT_DOUBLE_EQ(assessed.score.errors->r2, outcome.test->score.errors->r2);
  ASSERT_EQ(assessed.values.size(), 2U);
  EXPECT_EQ(assessed.values[1].name, "dark");
  EXPECT_THAT(assessed.classes, IsEmpty());
  const auto mean_error = [&](const auto& images) {
    return evaluate::score(evaluate::predict(*model.network, made, images)).loss;
  };
  EXPECT_NEAR(assessed.gap->loss, mean_error(made.validation) - mean_error(made.probe), 1e-12);
  EXPECT_LT(assessed.gap->loss_interval->low, assessed.gap->loss);
  EXPECT_TRUE(std::isnan(assessed.gap->accuracy));
  EXPECT_FALSE(evaluate::assess(run.path, model, made, {.gap = false}).gap);

  // A single picture gets the same prediction as in the whole set.
  const auto answers = evaluate::predict(*model.network, made, made.test);
  const auto one = train::predicted_values(
      model, model.network->forward(train::network_input(model, made.test->image(3))));
  EXPECT_EQ(one[0].name, "bright");
  EXPECT_NEAR(one[0].value, answers.values->predicted[3][0].item<double>(), 1e-2);
  EXPECT_NEAR(one[1].value, answers.values->predicted[3][1].item<double>(), 2e-5);
  EXPECT_NEAR(answers.values->targets[3][0].item<double>(),
              train::in_units(*made.test, 3, made.scale)[0], 1e-9);

  const io::Safetensors predictions(run.path / "predictions.safetensors");
  EXPECT_EQ(predictions.at("predicted").shape, (std::vector<std::int64_t>{36, 2}));
  EXPECT_EQ(predictions.at("targets").shape, (std::vector<std::int64_t>{36, 2}));

  EXPECT_THROW(train::classify(model, train::network_input(model, made.test->image(0)), 1), Error);
  EXPECT_THROW(
      evaluate::assess(run.path, model, made, {.temperature = evaluate::TemperatureFrom::fit}),
      Error);
  EXPECT_THROW(evaluate::assess(run.path, model, made, {.sensitivity = 4}), Error);

  const auto same = differences(run.path, run.path);
  EXPECT_DOUBLE_EQ(same.left.test->score.errors->r2, outcome.test->score.errors->r2);
  const auto test = to_json(same)["left"]["test"];
  EXPECT_TRUE(test["accuracy"].is_null());
  EXPECT_TRUE(test["errors"].contains("rmse"));
}

TEST(ValueRun, GoesOnExactlyAfterAStopAtAnyStep) {
  const std::vector<std::string> sets{"epochs=2",
                                      "loss={ kind = \"huber\" }",
                                      "data.batch_size=32",
                                      "data.micro_batches=3",
                                      "early_stopping={ patience = 1 }",
                                      "checkpoint.best=\"validation_loss\"",
                                      "optimizer.lr={ schedule = \"plateau\", patience = 0 }",
                                      "data.labelled=0.8"};
  const Directory whole;
  const auto made = train::plan(recipe(sets), dataset());
  ASSERT_TRUE(run(made, {.directory = whole.path}).finished);
  const auto expected = result_of(whole.path);
  EXPECT_THAT(expected, AllOf(HasSubstr("\"r2\":"), HasSubstr("early_stop")));
  for (std::int64_t step = 1; step < made.horizon.total_steps; ++step) {
    const Directory stopped;
    EXPECT_FALSE(run(made, {.directory = stopped.path, .stop_at = step}).finished);
    const auto again = train::plan(recipe(sets), dataset());
    EXPECT_TRUE(run(again, {.directory = stopped.path}).finished);
    EXPECT_EQ(result_of(stopped.path), expected) << step;
  }
}

TEST(ValueRun, IsReplayed) {
  const Directory run;
  const auto made = train::plan(recipe({"epochs=1"}), dataset());
  run::run(made, {.directory = run.path});
  const auto replayed = replay(made, run.path, 6);
  EXPECT_GT(replayed.check.lines, 0);
  EXPECT_FALSE(replayed.check.first_difference);
  double sum = 0;
  for (const auto& sample : replayed.samples) sum += sample.loss;
  EXPECT_NEAR(sum / static_cast<double>(replayed.samples.size()), replayed.loss, 1e-5);
  const auto json = to_json(replayed, made);
  const auto& first = json["samples"][0];
  EXPECT_NEAR(first["values"]["bright"].get<double>(),
              train::in_units(*made.train, first["id"].get<std::int64_t>(), made.scale)[0], 1e-9);
}

TEST(ValueRun, IsLookedAtBeforeItsFirstStep) {
  const auto made = train::plan(recipe(), dataset());
  const auto found = cost::overfit_one_batch(made, 100);
  EXPECT_TRUE(found.passed()) << found.accuracy;
  const auto network = train::build_network(made);
  data::Loader loader(made.train, made.training);
  loader.start(0);
  auto batch = *loader.next();
  EXPECT_EQ(cost::inspect_first_batch(made, *network, batch), "");
  batch.targets = batch.targets.mul(0);
  for (const auto& parameter : network->parameters())
    if (parameter.kind == model::ParameterKind::head) {
      const at::NoGradGuard guard;
      parameter.value.mul_(1000);
    }
  EXPECT_THAT(cost::inspect_first_batch(made, *network, batch), HasSubstr("predicting the mean"));
}

TEST(ValueRun, TestTimeAugmentationAveragesPredictions) {
  const Directory folder;
  const auto made = train::plan(
      recipe({"epochs=1", "evaluation.weights=\"raw\"", "evaluation.tta=true"}), dataset());
  const auto outcome = run::run(made, {.directory = folder.path});
  auto model = train::load_model(folder.path);
  const auto plain = evaluate::predict(*model.network, made, made.test);
  const auto flipped = evaluate::predict_view(*model.network, made, made.test, {.flipped = true});
  const auto found = evaluate::predict_augmented(*model.network, made, made.test, model.tta);
  const auto expected = plain.values->predicted.add(flipped.values->predicted).div(2);
  EXPECT_TRUE(at::allclose(found.values->predicted, expected, 1e-6, 1e-6));
  EXPECT_TRUE(at::equal(found.values->targets, plain.values->targets));
  EXPECT_DOUBLE_EQ(outcome.test->score.loss, evaluate::score(found).loss);
  EXPECT_DOUBLE_EQ(outcome.test->score.errors->r2, evaluate::score(found).errors->r2);
  EXPECT_EQ(outcome.test->test_time->augmented, 36);
  ASSERT_TRUE(outcome.test->test_time->without.errors);
  EXPECT_DOUBLE_EQ(outcome.test->test_time->without.loss, evaluate::score(plain).loss);
  const auto file = folder.path / "picture.png";
  io::write_atomically(file, io::encode_png(made.test->image(3)));
  const auto shown = evaluate::predict_image(model, file.string());
  EXPECT_EQ(shown.views, 2);
  const auto& one = std::get<std::vector<train::PredictedValue>>(shown.predicted);
  EXPECT_NEAR(one.at(0).value, found.values->predicted[3][0].item<double>(), 1e-2);
  EXPECT_THROW(
      train::choose_tta(model, folder.path, recipe::parse_tta("{ below_confidence = 0.9 }")),
      Error);
}

TEST(ValueRun, MixesImagesWithSimilarOnesOfTheWholeSet) {
  const std::vector<std::string> sets{
      "mixing={ methods = [{ kind = \"mixup\", alpha = 2 }], partner = \"similar\", "
      "bandwidth = 0.1, mode = \"elem\", off_epoch = 2 }"};
  const auto made = train::plan(recipe(sets), dataset());
  train::TrainingBatches batches(made);
  auto threaded_sets = sets;
  threaded_sets.emplace_back("data.num_workers=3");
  const auto threaded = train::plan(recipe(threaded_sets), dataset());
  train::TrainingBatches same(threaded);
  batches.start(1);
  same.start(1, 1);
  std::int64_t outside = 0;
  std::int64_t count = 0;
  while (const auto* batch = batches.next()) {
    ASSERT_TRUE(batch->partners);
    EXPECT_LT(batch->targets.sub(batch->partners->targets).abs().max().item<double>(), 0.9);
    for (std::int64_t row = 0; row < batch->ids.size(0); ++row)
      outside += batch->ids.eq(batch->partners->ids[row]).any().item<bool>() ? 0 : 1;
    if (count++ == 0) continue;
    const auto* again = same.next();
    ASSERT_NE(again, nullptr);
    EXPECT_TRUE(at::equal(batch->partners->ids, again->partners->ids));
    EXPECT_TRUE(at::equal(batch->partners->views[0], again->partners->views[0]));
  }
  EXPECT_GT(outside, 50) << "most are not in the batch";
  batches.start(2);
  EXPECT_FALSE(batches.next()->partners) << "after off_epoch nothing is mixed";
}

TEST(ValueRun, APartOfABatchHasThePartnersThatItHasInTheWholeBatch) {
  const auto made = train::plan(recipe({"mixing={ partner = \"similar\" }"}), dataset());
  auto divided = made;
  divided.training.part = data::BatchPart{.first = 1, .count = 3};
  train::TrainingBatches whole(made);
  train::TrainingBatches part(divided);
  whole.start(1);
  part.start(1);
  while (const auto* batch = whole.next()) {
    const auto* own = part.next();
    ASSERT_NE(own, nullptr);
    EXPECT_TRUE(at::equal(own->partners->ids, batch->partners->ids.narrow(0, 1, 3)));
    EXPECT_TRUE(at::equal(own->partners->views[0], batch->partners->views[0].narrow(0, 1, 3)));
  }
}

TEST(ValueRun, ResumesExactlyWithSimilarPartners) {
  const Directory whole;
  const Directory stopped;
  const auto made = train::plan(
      recipe({"epochs=2", "data.micro_batches=2", "mixing={ partner = \"similar\" }"}), dataset());
  run::run(made, {.directory = whole.path});
  run::run(made, {.directory = stopped.path, .stop_at = 5});
  run::run(made, {.directory = stopped.path});
  EXPECT_EQ(result_of(whole.path), result_of(stopped.path));
  const auto again = replay(made, whole.path, 7);
  EXPECT_GT(again.check.lines, 0);
  EXPECT_FALSE(again.check.first_difference);
  EXPECT_EQ(again.samples.front().mixed_with.size(), 1U);
}

TEST(ValueRun, RefusesWhatIsAboutClasses) {
  EXPECT_THAT(
      refused({"loss={ kind = \"cross_entropy\" }"}),
      HasSubstr("loss.kind = \"cross_entropy\" for regression targets; it needs class labels, "
                "expected mse, huber"));
  for (const auto* kind : {"poly1", "focal", "bce"})
    EXPECT_THAT(refused({fmt::format("loss={{ kind = \"{}\" }}", kind)}),
                HasSubstr("expected mse, huber"));
  EXPECT_THAT(
      refused({"loss={ kind = \"mse\", true_weight = 2 }"}),
      HasSubstr("true_weight = 2.0 for regression targets; it needs class labels, expected 1.0"));
  EXPECT_EQ(refused({"mixing=true"}), "(not refused)");
  EXPECT_THAT(refused({"mixing.methods=[\"cutmix\"]"}),
              HasSubstr("mixing.methods.0.kind = \"cutmix\" for regression targets; it needs class "
                        "labels, expected mixup, zeta_mixup or manifold_mixup"));
  EXPECT_THAT(refused({"consistency=true"}),
              HasSubstr("consistency = true for regression targets"));
  EXPECT_THAT(refused({"adversarial=trades"}),
              HasSubstr("adversarial.kind = \"trades\" for regression targets; it needs class "
                        "labels, leave it out"));
  EXPECT_THAT(refused({"distillation={ from = \"somewhere\" }"}),
              HasSubstr("distillation = true for regression targets"));
  EXPECT_THAT(refused({"semi=true"}), HasSubstr("semi = true for regression targets"));
  EXPECT_THAT(refused({"data.labels=20"}), HasSubstr("data.labels = 20 for regression targets"));
  EXPECT_THAT(refused({"data.sampling={ kind = \"class_balanced\" }"}),
              HasSubstr("data.sampling.kind = \"class_balanced\" for regression targets"));
  EXPECT_THAT(refused({"data.label_noise=0.1"}), HasSubstr("data.label_noise = 0.1"));
  EXPECT_THAT(refused({"evaluation.tta={ below_confidence = 0.9 }"}),
              HasSubstr("evaluation.tta.below_confidence = 0.9 for regression targets; it needs "
                        "class labels, expected 1.0"));
  EXPECT_THAT(refused({"checkpoint.best=\"validation_accuracy\""}),
              HasSubstr("expected none or validation_loss"));
  EXPECT_THAT(refused({"early_stopping={ measure = \"validation_accuracy\" }"}),
              HasSubstr("expected validation_loss"));
  EXPECT_THAT(
      refused({R"(optimizer.lr={ schedule = "plateau", measure = "validation_accuracy" })"}),
      HasSubstr("optimizer.lr.measure = \"validation_accuracy\" for regression targets"));
}

}  // namespace
}  // namespace temper::run
