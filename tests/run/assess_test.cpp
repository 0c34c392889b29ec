// Evaluation of a saved run, and temperature scaling.
#include "temper/evaluate/assess.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linear.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/data/sources/subset.h"
#include "temper/evaluate/features.h"
#include "temper/evaluate/sensitivity.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/run/run.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using temper::testing::refusal;
using ::testing::HasSubstr;

/// A finished run and its network.
struct Trained {
  explicit Trained(const std::vector<std::string>& sets = {}, std::int64_t images = 160)
      : plan(train::plan(train::small::recipe(sets), train::small::dataset(images))) {
    run(plan, {.directory = directory.path});
    model.emplace(train::load_model(directory.path));
  }

  evaluate::Assessment assess(const evaluate::AssessOptions& options) {
    return evaluate::assess(directory.path, *model, plan, options);
  }

  train::small::Directory directory;
  train::Plan plan;
  std::optional<train::SavedModel> model;
};

evaluate::AssessOptions on_validation(
    evaluate::TemperatureFrom from = evaluate::TemperatureFrom::none) {
  return {.split = "validation", .temperature = from};
}

TEST(Assess, MeasuresTheGapAsTheRunDid) {
  Trained trained;
  const auto found = trained.assess(on_validation());
  const auto validation = evaluate::score(
      evaluate::predict(*trained.model->network, trained.plan, trained.plan.validation));
  const auto probe =
      evaluate::score(evaluate::predict(*trained.model->network, trained.plan, trained.plan.probe));
  ASSERT_TRUE(found.gap);
  EXPECT_NEAR(found.gap->loss, validation.loss - probe.loss, 1e-12);
  EXPECT_NEAR(found.gap->accuracy, probe.accuracy - validation.accuracy, 1e-12);
  EXPECT_EQ(found.gap->train.count, found.gap->validation.count);
  EXPECT_DOUBLE_EQ(found.gap->train.loss, probe.loss);
  EXPECT_DOUBLE_EQ(found.score.loss, validation.loss);
  EXPECT_EQ(found.split, "validation");
  EXPECT_EQ(found.weights, "averaged");
  EXPECT_GT(found.norms->l2, 0);
  auto without = on_validation();
  without.gap = false;
  EXPECT_FALSE(trained.assess(without).gap);
}

/// With everything that can be measured, of classes and of regression targets.
evaluate::Assessment complete() {
  evaluate::Assessment all{.split = "validation", .weights = "best", .score = {0.5, 0.75, 40}};
  all.score.errors = measure::Errors{1, 2, 3};
  all.test_time = train::TestTime{.options = "{ flip = true }",
                                  .views = 2,
                                  .images = 40,
                                  .augmented = 30,
                                  .passes = 1.75,
                                  .seconds = 3.5,
                                  .seconds_without = 2,
                                  .without = {0.625, 0.75, 40}};
  all.accuracy_interval = measure::Interval{0.7, 0.8};
  all.accuracy_bootstrap = measure::Interval{0.71, 0.81};
  all.loss_bootstrap = measure::Interval{0.4, 0.6};
  all.top_k = evaluate::TopK{5, 0.875, {0.8, 0.9}};
  all.brier = 0.25;
  all.calibration = measure::CalibrationErrors{0.125, 0.25, -0.5, 20};
  all.scaled = evaluate::Scaled{.temperature = {{1.5, 0.75, 0.625, true}, 100},
                                .nll = 0.5,
                                .brier = 0.125,
                                .calibration = {0.5, 0.25, 0.125},
                                .bins = {}};
  all.gap = evaluate::Gap{.epoch = 3,
                          .loss = 0.25,
                          .loss_interval = measure::Interval{0.125, 0.375},
                          .accuracy = 0.0625,
                          .accuracy_interval = measure::Interval{-0.5, 0.5},
                          .train = {0.25, 0.875, 30},
                          .validation = {0.5, 0.8125, 20}};
  all.norms = measure::WeightNorms{7, 1, 2, 3, 4};
  all.sensitivity = evaluate::Sensitivity{0.5, 10};
  all.classes = {{"cat", 20, 10, 5, 0.25, measure::Interval{0.1, 0.4}, 0.5}, {"dog", 0, 0, 0}};
  all.values = {{"angle", {1, 2, 3}, {0.5, 1.5}, {1.5, 2.5}, -0.25}};
  return all;
}

TEST(Assessment, IsReadAsItWasWritten) {
  for (const auto& assessment :
       {complete(), evaluate::Assessment{.split = "", .weights = "", .score = {}}}) {
    const auto json = io::json_of(assessment);
    const auto found = io::exactly<evaluate::Assessment>(nlohmann::json::parse(json.dump()));
    ASSERT_TRUE(found) << json;
    EXPECT_EQ(io::json_of(*found), json);
  }
  const auto found = io::exactly<evaluate::Assessment>(io::json_of(complete()));
  ASSERT_TRUE(found && found->gap && found->scaled);
  EXPECT_EQ(found->gap->validation.count, 20);
  EXPECT_EQ(found->scaled->temperature.images, 100);
  EXPECT_EQ(found->classes.at(1).recall, std::nullopt);
}

TEST(Assessment, HasTheKeysOfTheScoresInTheLogAndNoneForWhatWasNotMeasured) {
  const evaluate::Assessment scored{.split = "test", .weights = "raw", .score = {0.5, 0.75, 40}};
  EXPECT_EQ(io::json_of(scored), (nlohmann::json{{"split", "test"},
                                                 {"weights", "raw"},
                                                 {"loss", 0.5},
                                                 {"accuracy", 0.75},
                                                 {"count", 40},
                                                 {"classes", nlohmann::json::array()},
                                                 {"values", nlohmann::json::array()}}));
  const auto dog = io::json_of(complete()).at("classes").at(1);
  EXPECT_TRUE(dog.at("recall").is_null());
  EXPECT_TRUE(dog.at("precision").is_null());
}

TEST(Assessment, HasTheKeysThatTheDocumentationNames) {
  auto page = io::read_text(std::string(TEMPER_SOURCE_DIR) + "/docs/run-directory.md");
  page = page.substr(page.find("## Evaluations in JSON"));
  const std::function<void(const nlohmann::json&)> look = [&](const nlohmann::json& part) {
    for (const auto& [name, value] : part.items()) {
      const auto named = page.find("`" + name + "`") != std::string::npos;
      EXPECT_TRUE(named || part.is_array()) << name;
      if (value.is_structured()) look(value);
    }
  };
  look(io::json_of(complete()));
}

TEST(Assess, FitsATemperatureThatTheModelThenHas) {
  Trained trained;
  ASSERT_FALSE(trained.model->temperature);
  const auto fitted = trained.assess(on_validation(evaluate::TemperatureFrom::fit));
  ASSERT_TRUE(fitted.scaled);
  const auto& t = fitted.scaled->temperature;
  EXPECT_EQ(t.images, trained.plan.validation->size());
  EXPECT_LE(fitted.scaled->nll, fitted.score.loss);
  EXPECT_NEAR(fitted.scaled->nll, t.fit.after, 1e-12);

  trained.model = train::load_model(trained.directory.path);
  ASSERT_TRUE(trained.model->temperature);
  EXPECT_EQ(trained.model->temperature->fit.value, t.fit.value);
  const auto saved = trained.assess(on_validation(evaluate::TemperatureFrom::saved));
  EXPECT_EQ(saved.scaled->nll, fitted.scaled->nll);

  // The probabilities change, the predicted classes do not.
  const auto image = train::network_input(*trained.model, trained.plan.validation->image(0));
  const auto with = train::classify(*trained.model, image, 2);
  trained.model->temperature.reset();
  const auto without = train::classify(*trained.model, image, 2);
  EXPECT_EQ(with[0].name, without[0].name);
  EXPECT_NE(with[0].probability, without[0].probability);
}

TEST(Assess, TemperatureIsOfTheWeightsThatItWasFittedFor) {
  Trained trained;
  trained.assess(on_validation(evaluate::TemperatureFrom::fit));
  EXPECT_EQ(trained.model->weights, "averaged");
  EXPECT_FALSE(train::load_model(trained.directory.path, "raw").temperature);

  auto raw = train::load_model(trained.directory.path, "raw");
  EXPECT_THAT(refusal(Code::usage,
                      [&] {
                        evaluate::assess(trained.directory.path, raw, trained.plan,
                                         on_validation(evaluate::TemperatureFrom::saved));
                      }),
              HasSubstr("no temperature is saved for its raw weights"));
  evaluate::assess(trained.directory.path, raw, trained.plan,
                   on_validation(evaluate::TemperatureFrom::fit));
  EXPECT_TRUE(train::load_model(trained.directory.path, "raw").temperature);
  EXPECT_TRUE(train::load_model(trained.directory.path).temperature);

  // Other weights in the same file have no temperature.
  std::filesystem::copy_file(trained.directory.path / "model.safetensors", trained.model->file,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(train::load_model(trained.directory.path).temperature);
}

TEST(Assess, WithoutValidationThereIsNeitherTemperatureNorGap) {
  Trained trained({"data.validation=0"});
  const auto message = refusal(Code::usage, [&] {
    trained.assess({.split = "train", .temperature = evaluate::TemperatureFrom::fit});
  });
  EXPECT_THAT(message, HasSubstr("a temperature is fitted on validation images"));
  EXPECT_THAT(message, HasSubstr("data.validation = 0.1"));
  EXPECT_THAT(message, HasSubstr("--set data.validation=0"));  // the place in the recipe
  EXPECT_FALSE(trained.assess({.split = "train"}).gap);
  EXPECT_THAT(refusal(Code::usage, [&] { trained.assess({.split = "test"}); }),
              HasSubstr("no test set"));
}

TEST(Assess, ADamagedTemperatureIsTold) {
  const Trained trained;
  const auto file = trained.directory.path / "temperature.json";
  const auto entry = [](const std::string& value, const std::string& more) {
    return R"({"averaged": {"value": )" + value +
           R"(, "validation_loss_before": 1, "validation_loss_after": 1, "at_bound": false,
              "fitted_on": 3)" +
           more + "}}";
  };
  const std::string hash = R"(, "weights_hash": "")";
  for (const auto& text : {std::string(), std::string("[]"), std::string("{\"averaged\": 3}"),
                           std::string(R"({"averaged": {"value": -1}})"), entry("0", hash),
                           entry("true", hash), entry("2", ""), entry("2", hash + ", \"t\": 1")}) {
    std::ofstream(file) << text;
    EXPECT_THAT(refusal(Code::data, [&] { train::load_model(trained.directory.path); }),
                HasSubstr("temperature.json"))
        << text;
  }
  std::ofstream(file) << entry("2", hash);  // of other weights
  EXPECT_FALSE(train::load_model(trained.directory.path).temperature);
}

TEST(Evaluate, ASetWithoutImagesIsRefused) {
  const Trained trained;
  const auto none = std::make_shared<data::Subset>(trained.plan.train, std::vector<std::int64_t>{});
  EXPECT_THAT(
      refusal(Code::data, [&] { evaluate::predict(*trained.model->network, trained.plan, none); }),
      HasSubstr("no images"));
}

TEST(Features, AreWhatTheHeadMakesLogitsOfInEveryNumberFormat) {
  const Trained trained;
  const at::NoGradGuard guard;
  auto& network = *trained.model->network;
  at::Tensor bias;
  for (const auto& parameter : network.parameters())
    if (parameter.name == "fc.bias") bias = parameter.value;
  for (const auto precision : {recipe::Precision::fp32, recipe::Precision::bf16}) {
    auto plan = trained.plan;
    plan.recipe.precision = precision;
    const auto [activations, labels] = evaluate::features(network, plan, plan.validation);
    const auto answers = evaluate::predict(network, plan, plan.validation);
    ASSERT_EQ(activations.size(0), answers.logits.size(0));
    const auto logits = at::linear(activations, evaluate::head_of(network), bias);
    const double error = precision == recipe::Precision::fp32 ? 1e-5 : 3e-2;
    EXPECT_TRUE(at::allclose(logits, answers.logits, error, error));
    EXPECT_TRUE(at::equal(labels, answers.labels));
  }
}

TEST(Features, OfANetworkThatNamesNoHeadAreRefused) {
  class Headless final : public model::Network {
   public:
    at::Tensor compute(const at::Tensor& images) override { return images.flatten(1); }
    void train(bool /*on*/) override {}
    [[nodiscard]] const std::vector<model::Parameter>& parameters() const override { return none_; }
    [[nodiscard]] const std::vector<model::Buffer>& buffers() const override { return buffers_; }
    void to(at::Device /*device*/) override {}

   private:
    std::vector<model::Parameter> none_;
    std::vector<model::Buffer> buffers_;
  };
  const auto plan = train::plan(train::small::recipe(), train::small::dataset(64));
  Headless network;
  EXPECT_THAT(refusal(Code::usage, [&] { evaluate::features(network, plan, plan.validation); }),
              HasSubstr("which layer is its head"));
}

TEST(RunSensitivity, IsMeasuredOnAsManyImagesAsThereAre) {
  const Trained trained;
  auto& network = *trained.model->network;
  const auto some = evaluate::sensitivity(network, trained.plan, trained.plan.validation, 5);
  EXPECT_EQ(some.numel(), 5);
  EXPECT_GT(some.min().item<double>(), 0);
  EXPECT_TRUE(
      at::equal(some, evaluate::sensitivity(network, trained.plan, trained.plan.validation, 5)));
  EXPECT_EQ(evaluate::sensitivity(network, trained.plan, trained.plan.validation, 1000).numel(),
            trained.plan.validation->size());
}

}  // namespace
}  // namespace temper::run
