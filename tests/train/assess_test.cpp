// Evaluation of a saved run, and temperature scaling.
#include "temper/train/assess.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linear.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "temper/core/error.h"
#include "temper/data/subset.h"
#include "temper/train/features.h"
#include "temper/train/run.h"
#include "temper/train/sensitivity.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

using ::testing::HasSubstr;

/// A finished run and its network.
struct Trained {
  explicit Trained(const std::vector<std::string>& sets = {}, std::int64_t images = 160)
      : plan(train::plan(small::recipe(sets), small::dataset(images))) {
    run(plan, {.directory = directory.path});
    model.emplace(load_model(directory.path));
  }

  Assessment assess(const AssessOptions& options) {
    return train::assess(directory.path, *model, plan, options);
  }

  small::Directory directory;
  Plan plan;
  std::optional<SavedModel> model;
};

AssessOptions on_validation(TemperatureFrom from = TemperatureFrom::none) {
  return {.split = "validation", .temperature = from};
}

template <class Call>
std::string refused(Code code, const Call& call) {
  try {
    call();
    return "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    return error.what();
  }
}

TEST(Assess, MeasuresTheGapAsTheRunDid) {
  Trained trained;
  const auto found = trained.assess(on_validation());
  const auto validation =
      score(predict(*trained.model->network, trained.plan, trained.plan.validation));
  const auto probe = score(predict(*trained.model->network, trained.plan, trained.plan.probe));
  ASSERT_TRUE(found.gap);
  EXPECT_NEAR(found.gap->loss, validation.loss - probe.loss, 1e-12);
  EXPECT_NEAR(found.gap->accuracy, probe.accuracy - validation.accuracy, 1e-12);
  EXPECT_EQ(found.training_images, found.validation_images);
  EXPECT_DOUBLE_EQ(found.figures.nll, validation.loss);
  EXPECT_GT(found.norms.l2, 0);
  auto without = on_validation();
  without.gap = false;
  EXPECT_FALSE(trained.assess(without).gap);
}

TEST(Assess, FitsATemperatureThatTheModelThenHas) {
  Trained trained;
  ASSERT_FALSE(trained.model->temperature);
  const auto fitted = trained.assess(on_validation(TemperatureFrom::fit));
  ASSERT_TRUE(fitted.scaled);
  const auto& t = fitted.scaled->temperature;
  EXPECT_EQ(t.images, trained.plan.validation->size());
  EXPECT_LE(fitted.scaled->nll, fitted.figures.nll);
  EXPECT_NEAR(fitted.scaled->nll, t.fit.after, 1e-12);

  trained.model = load_model(trained.directory.path);
  ASSERT_TRUE(trained.model->temperature);
  EXPECT_EQ(trained.model->temperature->fit.value, t.fit.value);
  const auto saved = trained.assess(on_validation(TemperatureFrom::saved));
  EXPECT_EQ(saved.scaled->nll, fitted.scaled->nll);

  // The probabilities change, the predicted classes do not.
  const auto image = trained.plan.validation->image(0);
  const auto with = classify(*trained.model, image, 2);
  trained.model->temperature.reset();
  const auto without = classify(*trained.model, image, 2);
  EXPECT_EQ(with[0].name, without[0].name);
  EXPECT_NE(with[0].probability, without[0].probability);
}

TEST(Assess, TemperatureIsOfTheWeightsThatItWasFittedFor) {
  Trained trained;
  trained.assess(on_validation(TemperatureFrom::fit));
  EXPECT_EQ(trained.model->weights, "averaged");
  EXPECT_FALSE(load_model(trained.directory.path, "raw").temperature);

  auto raw = load_model(trained.directory.path, "raw");
  EXPECT_THAT(refused(Code::usage,
                      [&] {
                        assess(trained.directory.path, raw, trained.plan,
                               on_validation(TemperatureFrom::saved));
                      }),
              HasSubstr("no temperature is saved for its raw weights"));
  assess(trained.directory.path, raw, trained.plan, on_validation(TemperatureFrom::fit));
  EXPECT_TRUE(load_model(trained.directory.path, "raw").temperature);
  EXPECT_TRUE(load_model(trained.directory.path).temperature);

  // Other weights in the same file have no temperature.
  std::filesystem::copy_file(trained.directory.path / "model.safetensors", trained.model->file,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(load_model(trained.directory.path).temperature);
}

TEST(Assess, WithoutValidationThereIsNeitherTemperatureNorGap) {
  Trained trained({"data.validation=0"});
  const auto message = refused(Code::usage, [&] {
    trained.assess({.split = "train", .temperature = TemperatureFrom::fit});
  });
  EXPECT_THAT(message, HasSubstr("a temperature is fitted on validation images"));
  EXPECT_THAT(message, HasSubstr("data.validation = 0.1"));
  EXPECT_THAT(message, HasSubstr("--set data.validation=0"));  // the place in the recipe
  EXPECT_FALSE(trained.assess({.split = "train"}).gap);
  EXPECT_THAT(refused(Code::usage, [&] { trained.assess({.split = "test"}); }),
              HasSubstr("no test set"));
}

TEST(Assess, ADamagedTemperatureIsTold) {
  const Trained trained;
  const auto file = trained.directory.path / "temperature.json";
  for (const char* text :
       {"", "[]", "{\"averaged\": 3}", R"({"averaged": {"temperature": -1}})",
        R"({"averaged": {"temperature": 0, "nll_before": 1, "nll_after": 1, "at_bound": false,
                         "images": 3}})"}) {
    std::ofstream(file) << text;
    EXPECT_THAT(refused(Code::data, [&] { load_model(trained.directory.path); }),
                HasSubstr("temperature.json"))
        << text;
  }
}

TEST(Evaluate, ASetWithoutImagesIsRefused) {
  const Trained trained;
  const auto none = std::make_shared<data::Subset>(trained.plan.train, std::vector<std::int64_t>{});
  EXPECT_THAT(refused(Code::data, [&] { predict(*trained.model->network, trained.plan, none); }),
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
    const auto [activations, labels] = features(network, plan, plan.validation);
    const auto answers = predict(network, plan, plan.validation);
    ASSERT_EQ(activations.size(0), answers.logits.size(0));
    const auto logits = at::linear(activations, head_of(network), bias);
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
  const auto plan = train::plan(small::recipe(), small::dataset(64));
  Headless network;
  EXPECT_THAT(refused(Code::usage, [&] { features(network, plan, plan.validation); }),
              HasSubstr("which layer is its head"));
}

TEST(RunSensitivity, IsMeasuredOnAsManyImagesAsThereAre) {
  const Trained trained;
  auto& network = *trained.model->network;
  const auto some = sensitivity(network, trained.plan, trained.plan.validation, 5);
  EXPECT_EQ(some.numel(), 5);
  EXPECT_GT(some.min().item<double>(), 0);
  EXPECT_TRUE(at::equal(some, sensitivity(network, trained.plan, trained.plan.validation, 5)));
  EXPECT_EQ(sensitivity(network, trained.plan, trained.plan.validation, 1000).numel(),
            trained.plan.validation->size());
}

}  // namespace
}  // namespace temper::train
