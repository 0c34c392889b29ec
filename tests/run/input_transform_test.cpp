// A saved model reads picture files as its run did: the inputs of evaluation and prediction are the
// same bits, and the logits agree, with every option that changes pixels.
#include "temper/augment/pipeline/input_transform.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/softmax.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

#include "temper/data/tools/pack.h"
#include "temper/evaluate/evaluate.h"
#include "temper/evaluate/predict_image.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/image/encode_jpeg.h"
#include "temper/run/run.h"
#include "temper/train/open_data.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;
using augment::InputTransform;

/// Brighter from left to right and from top to bottom, so that turning and mirroring change it.
io::Image waves(int height, int width, int seed) {
  io::Image image{height, width, 3, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        const double wave = 20 * std::sin(0.5 * x + c + seed) * std::cos(0.7 * y - 0.3 * c);
        image.pixels.push_back(
            static_cast<std::uint8_t>(60 + 100 * x / width + 40 * y / height + wave));
      }
  return image;
}

using Picture = std::function<std::vector<std::byte>(int)>;  // of a number

std::vector<std::byte> turned(int i) {
  return io::encode_jpeg(waves(40, 60, i), {.orientation = 1 + i % 8});
}
std::vector<std::byte> large(int i) {
  return io::encode_jpeg(waves(180 + i, 240, i));
}
std::vector<std::byte> of_many_sizes(int i) {
  return io::encode_png(waves(24, 24 + 3 * (i % 3), i));
}
std::vector<std::byte> of_one_size(int i) {
  return io::encode_png(waves(20, 28, i));
}

/// A folder with the sets train and test, each with two classes.
fs::path written(const fs::path& root, const Picture& picture) {
  int number = 0;
  for (const auto& [set, count] : {std::pair{"train", 24}, std::pair{"test", 12}})
    for (int i = 0; i < count; ++i, ++number) {
      const auto folder = root / set / (i % 2 == 0 ? "even" : "odd");
      fs::create_directories(folder);
      io::write_atomically(folder / (std::to_string(number) + ".picture.jpg"), picture(number));
    }
  return root;
}

/// A finished run on pictures in files.
struct Trained {
  Trained(const Picture& picture, std::vector<std::string> sets) {
    const auto data = written(directory.path / "data", picture);
    sets.insert(sets.end(),
                {"epochs=1", "checkpoint.every_steps=1", "precision=\"fp32\"",
                 "evaluation.weights=\"raw\"", "data.source=\"" + data.string() + "\""});
    const auto recipe = train::small::recipe(sets);
    plan.emplace(train::plan(recipe, train::open_data(recipe)));
    run(*plan, {.directory = folder});
    model.emplace(train::load_model(folder));
  }

  train::small::Directory directory;
  fs::path folder = directory.path / "run";
  std::optional<train::Plan> plan;
  std::optional<train::SavedModel> model;
};

at::Tensor inputs_of_evaluation(const train::Plan& plan) {
  data::Loader loader(plan.test, plan.evaluation);
  loader.start(0);
  std::vector<at::Tensor> all;
  while (const auto* batch = loader.next()) all.push_back(batch->views.front().clone());
  return at::cat(all);
}

at::Tensor inputs_of_prediction(const train::SavedModel& model, const train::Plan& plan) {
  std::vector<at::Tensor> all;
  for (std::int64_t i = 0; i < plan.test->size(); ++i) {
    io::Picture picture;
    picture.load(plan.test->where(i), model.transform.decoding());
    all.push_back(train::network_input(model, picture));
  }
  return at::cat(all);
}

/// The probability of every class that `temper predict` gives.
at::Tensor predicted(train::SavedModel& model, const std::string& path) {
  const auto found = evaluate::predict_image(model, path, {.top = model.task.classes});
  auto all = at::empty({model.task.classes}, at::kDouble);
  for (const auto& one : std::get<std::vector<train::ClassPrediction>>(found.predicted))
    all[std::ranges::find(model.classes, one.name) - model.classes.begin()] = one.probability;
  return all;
}

void expect_equal_logits(train::SavedModel& model, const train::Plan& plan,
                         const at::Tensor& inputs) {
  const auto evaluated = evaluate::predict(*model.network, plan, plan.test).logits;
  {
    const c10::InferenceMode inference;
    for (std::int64_t i = 0; i < plan.test->size(); ++i) {
      const auto logits = model.network->forward(inputs.slice(0, i, i + 1));
      EXPECT_TRUE(at::allclose(logits[0], evaluated[i], 1e-4, 1e-4)) << plan.test->where(i);
    }
  }
  const auto probabilities = at::softmax(evaluated, 1, at::kDouble);
  for (std::int64_t i = 0; i < plan.test->size(); ++i)
    EXPECT_TRUE(at::allclose(predicted(model, plan.test->where(i)), probabilities[i], 1e-4, 1e-4))
        << plan.test->where(i);
}

/// An option, pictures on which it matters, and the transform as it would be without it.
struct Case {
  std::string name;
  Picture picture;
  std::vector<std::string> sets;
  std::function<void(InputTransform&)> without;
};

std::vector<Case> cases() {
  return {
      {"orientation",
       turned,
       {"data.size=24", "data.exif_orientation=true"},
       [](InputTransform& of) { of.exif_orientation = false; }},
      {"orientation, streamed",
       turned,
       {"data.size=24", "data.exif_orientation=true", "data.memory=0"},
       [](InputTransform& of) { of.exif_orientation = false; }},
      {"decoding",
       large,
       {"data.size=24", "data.decode=\"fast\""},
       [](InputTransform& of) { of.decode = io::Decode::exact; }},
      {"some images of the input's size",
       of_many_sizes,
       {"data.size=24"},
       [](InputTransform& of) { of.keep_same_size = true; }},
      {"all images of the input's size",
       of_one_size,
       {},
       [](InputTransform& of) { of.keep_same_size = false; }},
      {"all images of the input's size, streamed",
       of_one_size,
       {"data.memory=0"},
       [](InputTransform& of) { of.keep_same_size = false; }},
      {"size", of_one_size, {"data.size=24"}, [](InputTransform& of) { of.resize = 25; }},
      {"interpolation",
       large,
       {"data.size=24"},
       [](InputTransform& of) { of.interpolation = augment::Interpolation::nearest; }},
      {"evaluation.size, whole pictures",
       of_one_size,
       {"evaluation.size=34"},
       [](InputTransform& of) { of.network = {}; }},
      {"evaluation.size, whole pictures, streamed",
       of_one_size,
       {"evaluation.size=34", "data.memory=0"},
       [](InputTransform& of) { of.network = {}; }},
      {"evaluation.size, crops",
       large,
       {"data.size=24", "evaluation.size=32"},
       [](InputTransform& of) { of.resize = 33; }},
      {"evaluation.crop_ratio",
       of_one_size,
       {"evaluation.crop_ratio=0.8"},
       [](InputTransform& of) { of.keep_same_size = true; }},
      {"evaluation.interpolation",
       large,
       {"data.size=24", "evaluation.interpolation=\"bicubic\""},
       [](InputTransform& of) { of.interpolation = augment::Interpolation::bilinear; }},
      {"evaluation.antialias",
       large,
       {"data.size=24", "evaluation.antialias=false"},
       [](InputTransform& of) { of.antialias = true; }},
      {"antialias", large, {"data.size=24"}, [](InputTransform& of) { of.antialias = false; }},
      {"normalization",
       of_one_size,
       {},
       [](InputTransform& of) { of.normalisation.mean.front() += 0.1; }},
  };
}

TEST(InputTransformOfARun, TravelsFromTrainingToEvaluationAndPrediction) {
  for (const auto& one : cases()) {
    SCOPED_TRACE(one.name);
    Trained trained(one.picture, one.sets);
    auto& model = *trained.model;
    EXPECT_EQ(model.transform, trained.plan->transform);

    const auto plan = train::open_run_plan(trained.folder, model.transform);
    const auto inputs = inputs_of_prediction(model, plan);
    EXPECT_TRUE(at::equal(inputs, inputs_of_evaluation(*trained.plan)));
    EXPECT_TRUE(at::equal(inputs, inputs_of_evaluation(plan)));
    expect_equal_logits(model, plan, inputs);

    // The option matters for these pictures.
    one.without(model.transform);
    EXPECT_FALSE(at::equal(inputs, inputs_of_prediction(model, plan)));
    EXPECT_TRUE(
        at::equal(inputs_of_prediction(model, plan),
                  inputs_of_evaluation(train::open_run_plan(trained.folder, model.transform))));
  }
}

TEST(InputTransformOfARun, IsThatOfTheWeightsAlsoWhereTheRecipeHasChanged) {
  Trained trained(turned, {"data.size=24", "data.exif_orientation=true", "data.decode=\"fast\""});
  const auto before = inputs_of_prediction(*trained.model, *trained.plan);
  const auto file = trained.folder / "recipe.toml";
  auto text = io::read_text(file.string());
  const std::string option = "exif_orientation = true";
  const auto at = text.find(option);
  ASSERT_NE(at, std::string::npos);
  io::write_atomically(file, text.replace(at, option.size(), "exif_orientation = false"));

  const auto model = train::load_model(trained.folder);
  EXPECT_EQ(model.transform, trained.plan->transform);
  const auto plan = train::open_run_plan(trained.folder, model.transform);
  EXPECT_TRUE(at::equal(before, inputs_of_prediction(model, plan)));
  EXPECT_TRUE(at::equal(before, inputs_of_evaluation(plan)));
  EXPECT_EQ(train::load_model(trained.folder, "last").transform, model.transform);
}

TEST(InputTransformOfARun, IsTheSameForFilesShardsAndImagesInMemory) {
  const train::small::Directory directory;
  const auto files = written(directory.path / "data", of_one_size);
  data::pack(files.string(), directory.path / "packed", {});
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"evaluation.size=34"},
        std::vector<std::string>{"evaluation.size=34", "evaluation.crop_ratio=0.8"},
        std::vector<std::string>{"data.size=24", "evaluation.interpolation=\"bicubic\""}}) {
    SCOPED_TRACE(options.back());
    at::Tensor expected;
    for (const auto* source : {"data", "packed"})
      for (const auto* memory : {"data.memory=0", "data.memory=64"}) {
        auto sets = options;
        sets.insert(sets.end(),
                    {memory, "data.source=\"" + (directory.path / source).string() + "\""});
        const auto recipe = train::small::recipe(sets);
        auto plan = train::plan(recipe, train::open_data(recipe));
        plan.evaluation.normalisation = {{0, 0, 0}, {1, 1, 1}};
        const auto inputs = inputs_of_evaluation(plan);
        if (!expected.defined()) expected = inputs;
        EXPECT_TRUE(at::equal(inputs, expected)) << source << ", " << memory;
      }
  }
}

TEST(InputTransformOfARun, MakesGrayOfColorFilesWhereTheRunWasGray) {
  const train::small::Directory directory;
  const auto plan = train::plan(train::small::recipe({"epochs=1", "precision=\"fp32\""}),
                                train::small::dataset(64));
  run(plan, {.directory = directory.path / "run"});
  const auto model = train::load_model(directory.path / "run");
  const auto image = plan.validation->image(3);
  const auto expected = train::network_input(model, image);
  for (const int channels : {1, 3}) {
    const auto path = directory.path / (std::to_string(channels) + ".png");
    io::write_atomically(path, io::encode_png(io::with_channels(image, channels)));
    io::Picture picture;
    picture.load(path, model.transform.decoding());
    EXPECT_TRUE(at::equal(train::network_input(model, picture), expected)) << channels;
  }
  data::Loader loader(plan.validation, plan.evaluation);
  loader.start(0);
  EXPECT_TRUE(at::equal(loader.next()->views.front().slice(0, 3, 4), expected));
}

TEST(InputTransformOfARun, OfMistakesIsTheSame) {
  Trained trained(turned, {"data.size=24", "data.exif_orientation=true"});
  const io::Safetensors file(trained.folder / "mistakes.safetensors");
  const auto& images = file.at("images");
  const auto& rows = file.at("rows");
  ASSERT_FALSE(rows.shape.empty());
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(rows.shape.front()));
  std::memcpy(numbers.data(), rows.bytes.data(), rows.bytes.size());
  // Without normalization the inputs are the pixels.
  auto model = train::load_model(trained.folder);
  model.transform.normalisation = {{0, 0, 0}, {1, 1, 1}};
  const auto inputs = inputs_of_prediction(model, *trained.plan).mul(255).round();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto expected =
        inputs[numbers[i]].permute({1, 2, 0}).contiguous().to(at::kByte).flatten();
    const auto size = static_cast<std::size_t>(expected.numel());
    EXPECT_EQ(std::memcmp(expected.const_data_ptr(), images.bytes.data() + i * size, size), 0);
  }
}

}  // namespace
}  // namespace temper::run
