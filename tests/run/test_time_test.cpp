// Test-time augmentation: of sets, of single pictures, in runs and in evaluations of saved models.
#include "temper/evaluate/test_time.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/pipeline/views.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/predict_image.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/run/run.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using recipe::parse_tta;
using temper::testing::refusal;
using ::testing::HasSubstr;

data::Dataset images() {
  auto set = train::small::dataset(64);
  set.test = train::small::dataset(40, 2).train;
  return set;
}

/// A finished run with a test set.
struct Trained {
  explicit Trained(std::vector<std::string> sets = {}) {
    sets.insert(sets.begin(), {"epochs=1", "precision=\"fp32\"", "evaluation.weights=\"raw\""});
    plan.emplace(train::plan(train::small::recipe(sets), images()));
    outcome = run(*plan, {.directory = directory.path});
    model.emplace(train::load_model(directory.path));
  }

  [[nodiscard]] evaluate::Predictions predicted(const std::string& tta) const {
    return evaluate::predict_augmented(*model->network, *plan, plan->test, parse_tta(tta));
  }
  [[nodiscard]] at::Tensor plain() const {
    return evaluate::predict(*model->network, *plan, plan->test).logits;
  }
  [[nodiscard]] at::Tensor seen(const augment::View& view) const {
    return evaluate::predict_view(*model->network, *plan, plan->test, view).logits;
  }

  train::small::Directory directory;
  std::optional<train::Plan> plan;
  Outcome outcome;
  std::optional<train::SavedModel> model;
};

at::Tensor probabilities(const at::Tensor& logits) {
  return at::softmax(logits, 1, at::kDouble);
}

TEST(TestTime, WithoutItNothingChanges) {
  const Trained trained;
  const auto found = trained.predicted("none");
  EXPECT_TRUE(at::equal(found.logits, trained.plain()));
  EXPECT_FALSE(found.test_time);
  EXPECT_FALSE(trained.outcome.test->test_time);
}

TEST(TestTime, AFlippedViewIsTheMirroredInput) {
  const Trained trained;
  const c10::InferenceMode inference;
  data::Loader loader(trained.plan->test, trained.plan->evaluation);
  loader.start(0);
  std::vector<at::Tensor> all;
  while (const auto* batch = loader.next())
    all.push_back(trained.model->network->forward(
        batch->views.front().flip(3).contiguous(at::MemoryFormat::ChannelsLast)));
  EXPECT_TRUE(at::allclose(trained.seen({.flipped = true}), at::cat(all), 1e-5, 1e-5));
}

TEST(TestTime, IsTheMeanOverTheViews) {
  const Trained trained;
  const auto one = trained.plain();
  const auto two = trained.seen({.flipped = true});
  const auto mean = trained.predicted("flip");
  const auto expected = probabilities(one).add(probabilities(two)).div(2);
  EXPECT_TRUE(at::allclose(probabilities(mean.logits), expected, 1e-5, 1e-6));
  const auto outputs = trained.predicted("{ average = \"outputs\" }");
  EXPECT_TRUE(at::allclose(outputs.logits, one.add(two).div(2), 1e-5, 1e-5));
  // Shifts have the weights that are asked for.
  const auto moved = trained.predicted("{ flip = false, shift = 2, shift_weight = 0.2 }");
  const auto shifted =
      probabilities(trained.seen({.shift = -2})).add(probabilities(trained.seen({.shift = 2})));
  EXPECT_TRUE(at::allclose(probabilities(moved.logits),
                           probabilities(one).mul(0.8).add(shifted.mul(0.1)), 1e-5, 1e-6));
  EXPECT_TRUE(at::equal(mean.labels, moved.labels));
}

TEST(TestTime, TellsWhatItTook) {
  const Trained trained;
  const auto found = trained.predicted("{ scales = [1.5], crops = \"five\" }");
  ASSERT_TRUE(found.test_time);
  const auto& t = *found.test_time;
  EXPECT_EQ(t.views, 12) << "one crop at scale 1, where pictures are used whole, and five at 1.5";
  EXPECT_EQ(t.images, 40);
  EXPECT_EQ(t.augmented, 40);
  EXPECT_DOUBLE_EQ(t.passes, 12);
  EXPECT_GT(t.seconds, t.seconds_without);
  EXPECT_GT(t.seconds_without, 0);
  EXPECT_EQ(t.options, R"({ flip = true, crops = "five", scales = [1.5] })");
  const auto without = evaluate::score(
      evaluate::predict(*trained.model->network, *trained.plan, trained.plan->test));
  EXPECT_EQ(t.without.loss, without.loss);
  EXPECT_EQ(t.without.accuracy, without.accuracy);
}

TEST(TestTime, MayBeForUncertainImagesOnly) {
  const Trained trained;
  const auto plain = trained.plain();
  const auto confidence = probabilities(plain).amax(1);
  const auto middle = std::get<0>(confidence.sort())[20].item<double>();
  const auto found = trained.predicted(fmt::format("{{ below_confidence = {} }}", middle));
  const auto all = trained.predicted("flip");
  std::int64_t below = 0;
  for (std::int64_t i = 0; i < 40; ++i) {
    const bool shown = confidence[i].item<double>() < middle;
    below += shown ? 1 : 0;
    if (shown)
      EXPECT_TRUE(at::allclose(found.logits[i], all.logits[i], 1e-4, 1e-4)) << i;
    else
      EXPECT_TRUE(at::equal(found.logits[i], plain[i])) << i;
  }
  EXPECT_GT(below, 0);
  EXPECT_LT(below, 40);
  EXPECT_EQ(found.test_time->augmented, below);
  EXPECT_DOUBLE_EQ(found.test_time->passes, 1 + static_cast<double>(below) / 40);
  const auto none = trained.predicted("{ below_confidence = 0.4 }");
  EXPECT_TRUE(at::equal(none.logits, plain)) << "of two classes one has at least 0.5";
  EXPECT_EQ(none.test_time->augmented, 0);
  EXPECT_EQ(none.test_time->passes, 1);
}

TEST(TestTime, OfARunIsInItsTestAndItsLog) {
  const Trained trained({"evaluation.tta={ shift = 1 }"});
  const auto found = trained.predicted("{ shift = 1 }");
  const auto& test = *trained.outcome.test;
  EXPECT_DOUBLE_EQ(test.score.loss, evaluate::score(found).loss);
  ASSERT_TRUE(test.test_time);
  EXPECT_EQ(test.test_time->views, 6);
  const auto events = train::read_events(trained.directory.path / "metrics.jsonl");
  std::optional<train::Tested> logged;
  for (const auto& event : events)
    if (const auto* tested = std::get_if<train::Tested>(&event)) logged = *tested;
  ASSERT_TRUE(logged && logged->test_time);
  EXPECT_EQ(logged->test_time->options, "{ flip = true, shift = 1 }");
  EXPECT_EQ(logged->test_time->without.loss, test.test_time->without.loss);

  // Evaluations after epochs have one view.
  const Trained plain;
  const auto last = [](const Trained& one) {
    train::Evaluated evaluated;
    for (const auto& event : train::read_events(one.directory.path / "metrics.jsonl"))
      if (const auto* found_one = std::get_if<train::Evaluated>(&event)) evaluated = *found_one;
    return evaluated.raw->validation->loss;
  };
  EXPECT_EQ(last(trained), last(plain));
}

TEST(TestTime, OfAnEvaluationIsThatOfTheRunUnlessAnotherIsChosen) {
  Trained trained({"evaluation.tta=true"});
  auto& model = *trained.model;
  const auto assess = [&] {
    return evaluate::assess(trained.directory.path, model, *trained.plan);
  };
  const auto same = assess();
  EXPECT_DOUBLE_EQ(same.score.loss, trained.outcome.test->score.loss);
  EXPECT_EQ(same.test_time->views, 2);
  // The gap is of predictions that are made alike.
  const auto loss = [&](const auto& set) {
    return evaluate::score(
               evaluate::predict_augmented(*model.network, *trained.plan, set, parse_tta("flip")))
        .loss;
  };
  EXPECT_NEAR(same.gap->loss, loss(trained.plan->validation) - loss(trained.plan->probe), 1e-12);

  train::choose_tta(model, trained.directory.path, std::nullopt);
  const auto without = assess();
  EXPECT_FALSE(without.test_time);
  EXPECT_DOUBLE_EQ(without.score.loss, same.test_time->without.loss);
  train::choose_tta(model, trained.directory.path, parse_tta("{ flip = false, shift = 1 }"));
  EXPECT_EQ(assess().test_time->views, 3);
}

TEST(TestTime, HasATemperatureOfItsOwn) {
  Trained trained;
  auto& model = *trained.model;
  const auto fit = [&] {
    return evaluate::assess(trained.directory.path, model, *trained.plan,
                            {.split = "validation", .temperature = evaluate::TemperatureFrom::fit})
        .scaled->temperature.fit;
  };
  const auto plain = fit();
  train::choose_tta(model, trained.directory.path, parse_tta("{ shift = 3 }"));
  EXPECT_FALSE(model.temperature) << "none was fitted with it";
  EXPECT_THAT(refusal([&] {
                evaluate::assess(trained.directory.path, model, *trained.plan,
                                 {.temperature = evaluate::TemperatureFrom::saved});
              }),
              HasSubstr("with test-time augmentation { flip = true, shift = 3 }; fit one with"));
  const auto augmented = fit();
  EXPECT_NE(augmented.before, plain.before) << "fitted on predictions with the augmentation";
  train::choose_tta(model, trained.directory.path, parse_tta("{ shift = 3 }"));
  EXPECT_EQ(model.temperature->fit.value, augmented.value);
  EXPECT_EQ(train::load_model(trained.directory.path).temperature->fit.value, plain.value);
}

TEST(TestTime, OfAPictureIsThatOfTheSet) {
  for (const auto* tta : {"none", "flip", "{ shift = 1, scales = [1.25] }",
                          "{ average = \"outputs\" }", "{ below_confidence = 0.4 }"}) {
    SCOPED_TRACE(tta);
    Trained trained;
    auto& model = *trained.model;
    train::choose_tta(model, trained.directory.path, parse_tta(tta));
    const auto expected = probabilities(trained.predicted(tta).logits);
    const auto path = trained.directory.path / "picture.png";
    io::write_atomically(path, io::encode_png(trained.plan->test->image(5)));
    const auto found = evaluate::predict_image(model, path.string(), {.top = 2});
    for (const auto& one : std::get<std::vector<train::ClassPrediction>>(found.predicted))
      EXPECT_NEAR(one.probability, expected[5][one.name == "dim" ? 0 : 1].item<double>(), 1e-4);
    EXPECT_EQ(found.views.has_value(), model.tta.has_value());
    if (!model.tta) continue;
    const auto views = std::ssize(augment::views_of(*model.tta, model.transform));
    EXPECT_EQ(*found.views, model.tta->below_confidence < 1 ? 1 : views);
    EXPECT_EQ(to_json(found)["views"], *found.views);
  }
}

TEST(TestTime, OfSeveralPicturesTellsWhatItTook) {
  evaluate::ViewsTaken taken;
  const std::vector<train::ClassPrediction> classes{{"cat", 0.9}};
  taken.add({"a.png", classes, 1});
  taken.add({"b.png", classes, 10});
  taken.add({"c.png", evaluate::UnreadImage{}});
  EXPECT_EQ(evaluate::to_text(taken, 0.5),
            "1 of 2 pictures in several views, 5.5 passes per picture, 0.5 s");
}

TEST(TestTime, ThatTheDataDoNotAllowIsRefusedBeforeTheRun) {
  const auto planned = [](const std::string& tta) {
    return refusal(
        [&] { (void)train::plan(train::small::recipe({"evaluation.tta=" + tta}), images()); });
  };
  EXPECT_THAT(planned("{ crops = \"five\" }"), HasSubstr("all crops of them would be equal"));
  EXPECT_THAT(planned("{ flip = false }"), HasSubstr("--set evaluation.tta="));
  EXPECT_THAT(planned("{ shift = 12 }"), HasSubstr("expected less than 12"));
  Trained trained;
  EXPECT_THAT(refusal([&] {
                train::choose_tta(*trained.model, trained.directory.path, parse_tta("five_crop"));
              }),
              HasSubstr("all crops of them would be equal"));
}

TEST(TestTime, IsCancelledBetweenBatches) {
  const Trained trained;
  int calls = 0;
  EXPECT_THROW(
      evaluate::predict_augmented(*trained.model->network, *trained.plan, trained.plan->test,
                                  parse_tta("flip"), [&] { return ++calls > 1; }),
      evaluate::Cancelled);
  EXPECT_EQ(calls, 2) << "in the second view";
}

}  // namespace
}  // namespace temper::run
