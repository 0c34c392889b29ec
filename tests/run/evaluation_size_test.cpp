// Evaluation at another size, crop ratio and interpolation than training.
#include "temper/train/evaluation_input.h"

#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/cost/memory.h"
#include "temper/cost/preflight.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/evaluate.h"
#include "temper/run/run.h"
#include "temper/train/choose_evaluation.h"
#include "temper/train/saved_model.h"
#include "tests/run/same_run.h"
#include "tests/support/refusal.h"
#include "tests/train/fixed_network.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using augment::Size;
using ::testing::HasSubstr;

data::Dataset images() {
  auto set = train::small::dataset(64);
  set.test = train::small::dataset(24, 2).train;
  return set;
}

train::Plan plan_of(const std::vector<std::string>& sets) {
  return train::plan(train::small::recipe(sets), images());
}

std::string refused(const std::vector<std::string>& sets) {
  return temper::testing::refusal([&] { (void)plan_of(sets); });
}

augment::InputTransform input_of(const std::vector<std::string>& sets, Size images, Size training) {
  return train::evaluation_input(train::small::recipe(sets), 3, images, training);
}

TEST(EvaluationInput, AtItsDefaultsIsThatOfTraining) {
  const auto same = input_of({}, {32, 32}, {32, 32});
  EXPECT_EQ(same.size(), (Size{32, 32}));
  EXPECT_TRUE(same.keep_same_size);
  EXPECT_EQ(same.resize, 36);
  const auto other = input_of({}, {0, 0}, {224, 224});
  EXPECT_EQ(other.size(), (Size{224, 224}));
  EXPECT_FALSE(other.keep_same_size);
  EXPECT_EQ(other.resize, 256);
  EXPECT_EQ(other.interpolation, augment::Interpolation::bilinear);
  EXPECT_TRUE(other.antialias);
}

TEST(EvaluationInput, HasASizeOfItsOwnInTheProportionsOfTraining) {
  const auto larger = input_of({"evaluation.size=288"}, {0, 0}, {224, 224});
  EXPECT_EQ(larger.size(), (Size{288, 288}));
  EXPECT_EQ(larger.network_size(), (Size{224, 224}));
  EXPECT_EQ(larger.resize, 329) << "floor(288 / 0.875)";
  EXPECT_FALSE(larger.keep_same_size);
  const auto longer = input_of({"evaluation.size=45"}, {20, 30}, {20, 30});
  EXPECT_EQ(longer.size(), (Size{30, 45}));
  EXPECT_TRUE(longer.keep_same_size) << "all pictures are resized as a whole";
}

TEST(EvaluationInput, CropsAlsoPicturesOfTheInputsSizeWhereARatioIsGiven) {
  const auto cropped = input_of({"evaluation.crop_ratio=0.8"}, {32, 32}, {32, 32});
  EXPECT_FALSE(cropped.keep_same_size);
  EXPECT_EQ(cropped.resize, 40);
  const auto read = input_of({"evaluation.interpolation=bicubic", "evaluation.antialias=false"},
                             {0, 0}, {32, 32});
  EXPECT_EQ(read.fit().filter, (augment::Filter{augment::Interpolation::bicubic, false}));
}

TEST(EvaluationInput, ARatioThatMakesPicturesTooLargeIsRefused) {
  EXPECT_THAT(refused({"evaluation.crop_ratio=0.0001"}),
              HasSubstr("evaluation.crop_ratio = 0.0001 resizes the shorter side of pictures to "
                        "120000 pixels, of which 12 x 12 are cropped; expected a ratio that gives "
                        "at most 65536"));
}

TEST(EvaluationSize, DoesNotReachTheTraining) {
  const auto plain = plan_of({});
  const std::vector<std::string> sets{"evaluation.size=18", "evaluation.crop_ratio=0.9",
                                      "evaluation.interpolation=bicubic"};
  const auto other = plan_of(sets);
  EXPECT_EQ(other.evaluation.size, (Size{18, 18}));
  EXPECT_EQ(other.training.size, (Size{12, 12}));
  EXPECT_EQ(other.input(), (Size{12, 12}));
  EXPECT_NE(other.fingerprint, plain.fingerprint);
  data::Loader left(plain.train, plain.training);
  data::Loader right(other.train, other.training);
  left.start(1);
  right.start(1);
  while (const auto* batch = left.next())
    EXPECT_TRUE(batch->views[0].equal(right.next()->views[0]));

  const train::small::Directory folder;
  run(plain, {.directory = folder.path / "plain"});
  run(other, {.directory = folder.path / "other"});
  for (const auto* file : {"model.safetensors", "model-ema.safetensors"}) {
    const io::Safetensors one(folder.path / "plain" / file);
    const io::Safetensors two(folder.path / "other" / file);
    ASSERT_EQ(one.tensors().size(), two.tensors().size());
    for (const auto& tensor : one.tensors())
      EXPECT_TRUE(std::ranges::equal(tensor.bytes, two.at(tensor.name).bytes)) << tensor.name;
  }
  EXPECT_NE(history(folder.path / "plain"), history(folder.path / "other"));
}

TEST(EvaluationSize, IsThatOfTheScoresOfTheRunAndOfItsModel) {
  const train::small::Directory folder;
  const auto plan = plan_of({"evaluation.size=18", "epochs=1", "precision=\"fp32\""});
  const auto outcome = run(plan, {.directory = folder.path});
  auto model = train::load_model(folder.path);
  EXPECT_EQ(model.transform, plan.transform);
  EXPECT_EQ(model.task.height, 12) << "what the network was built for";
  const auto found = evaluate::predict(*model.network, plan, plan.test);
  EXPECT_DOUBLE_EQ(evaluate::score(found).loss, outcome.test->score.loss);
  const auto input = train::network_input(model, plan.test->image(3));
  EXPECT_EQ(input.sizes(), (at::IntArrayRef{1, 1, 18, 18}));
  data::Loader loader(plan.test, plan.evaluation);
  loader.start(0);
  EXPECT_TRUE(at::equal(loader.next()->views[0].slice(0, 3, 4), input));
  const auto names = train::classify(model, input, 1);
  EXPECT_EQ(names[0].name,
            model.classes[static_cast<std::size_t>(found.logits[3].argmax().item<std::int64_t>())]);
}

TEST(EvaluationSize, DoesNotChangeTheNetworkThatIsBuilt) {
  // Above 64 pixels the stem would be that of ImageNet, and the weights would not fit.
  const train::small::Directory folder;
  const auto plan = plan_of({"evaluation.size=72", "epochs=1", "model.width=16"});
  run(plan, {.directory = folder.path});
  auto model = train::load_model(folder.path);
  EXPECT_EQ(evaluate::predict(*model.network, plan, plan.validation).logits.size(0),
            plan.validation->size());
}

TEST(EvaluationSize, OfASavedModelCanBeChanged) {
  const train::small::Directory folder;
  const auto plan = plan_of({"epochs=1", "precision=\"fp32\""});
  run(plan, {.directory = folder.path});
  auto model = train::load_model(folder.path);
  evaluate::assess(folder.path, model, plan,
                   {.split = "validation", .temperature = evaluate::TemperatureFrom::fit});
  model = train::load_model(folder.path);
  ASSERT_TRUE(model.temperature);
  train::choose_evaluation(model, folder.path, {});
  EXPECT_EQ(model.transform, plan.transform);
  train::choose_evaluation(model, folder.path, {"evaluation.tta={ shift = 1 }"});
  EXPECT_EQ(model.transform, plan.transform);
  EXPECT_EQ(model.tta->shift, 1);
  EXPECT_FALSE(model.temperature) << "none was fitted with the augmentation";

  train::choose_evaluation(model, folder.path,
                           {"evaluation.size=18", "evaluation.interpolation=bicubic"});
  const auto other =
      plan_of({"evaluation.size=18", "evaluation.interpolation=bicubic", "precision=\"fp32\""});
  EXPECT_EQ(model.transform, other.transform) << "as of a run with these options";
  EXPECT_FALSE(model.tta);
  EXPECT_FALSE(model.temperature);
  auto read = plan;
  train::read_with(read, model.transform);
  const auto found = evaluate::assess(folder.path, model, read, {.gap = false});
  EXPECT_DOUBLE_EQ(found.score.loss,
                   evaluate::score(evaluate::predict(*model.network, other, other.test)).loss);
  const auto message = [&](const auto& call) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::usage);
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  for (const auto from : {evaluate::TemperatureFrom::fit, evaluate::TemperatureFrom::saved})
    EXPECT_THAT(message([&] {
                  evaluate::assess(folder.path, model, read,
                                   {.split = "validation", .temperature = from});
                }),
                HasSubstr("pictures that are read as the run reads them"));
  for (const auto* edit : {"data.size=18", "evaluation.weights=raw", "optimizer.lr=1"})
    EXPECT_THAT(message([&] { train::choose_evaluation(model, folder.path, {edit}); }),
                HasSubstr("is an option of the training; expected evaluation.size, crop_ratio"))
        << edit;
  EXPECT_THAT(message([&] {
                train::choose_evaluation(model, folder.path, {"evaluation.tta={ flip = false }"});
              }),
              HasSubstr("--set evaluation.tta={ flip = false }"));
}

TEST(EvaluationSize, AnotherOneIsAnotherRun) {
  const train::small::Directory folder;
  run(plan_of({"epochs=1"}), {.directory = folder.path, .stop_at = 2});
  try {
    run(plan_of({"epochs=1", "evaluation.size=18"}), {.directory = folder.path});
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("evaluation.size"));
  }
  EXPECT_TRUE(run(plan_of({"epochs=1"}), {.directory = folder.path}).finished);
}

TEST(EvaluationSize, CountsInMemory) {
  const std::string width = "model.width=16";
  const auto plain = plan_of({width});
  const auto large = plan_of({width, "evaluation.size=96"});
  EXPECT_GT(cost::memory_need(large).total, cost::memory_need(plain).total);
  EXPECT_EQ(cost::memory_need(large).loader, cost::memory_need(plain).loader);
}

TEST(EvaluationSize, ThatTheNetworkCannotTakeIsRefusedBeforeTheRun) {
  auto recipe = train::small::recipe({"evaluation.size=18"});
  recipe.model =
      model::Custom{.name = "fixed", .function = [](const model::Task& task, std::uint64_t) {
                      return std::make_unique<train::small::FixedNetwork>(task);
                    }};
  try {
    cost::require_sizes(train::plan(recipe, images()));
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    EXPECT_THAT(error.what(), HasSubstr("evaluation.size: the network can't take the images of 18 "
                                        "x 18 pixels (mat1 and mat2 shapes"));
  }
}

TEST(EvaluationSize, OfACompanionIsItsOwn) {
  const train::small::Directory folder;
  const auto plain = plan_of({});
  const auto other = plan_of({"evaluation.size=18"});
  run(other, {.directory = folder.path / "alone"});
  const auto outcome = run(
      plain, {.directory = folder.path / "plain", .companions = {{&other, folder.path / "other"}}});
  EXPECT_EQ(outcome.carried, plain.horizon.total_steps);
  run(other, {.directory = folder.path / "other"});
  expect_same_run(folder.path / "other", folder.path / "alone");
}

}  // namespace
}  // namespace temper::run
