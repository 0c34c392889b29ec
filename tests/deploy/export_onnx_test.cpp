#include "temper/deploy/export_onnx.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/deploy/preprocess.h"
#include "temper/deploy/reference.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/safetensors.h"
#include "temper/io/image/image.h"
#include "temper/model/architecture.h"
#include "temper/train/tensors.h"
#include "tests/data/pictures.h"
#include "tests/deploy/onnx_interpreter.h"
#include "tests/support/protobuf.h"

namespace temper::deploy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::int64_t kHeight = 20, kWidth = 16;

train::SavedModel saved() {
  train::SavedModel model;
  model.classes = {"cat", "dog", "\"quoted\", \xc3\xbc"};
  model.task = {.channels = 3, .height = kHeight, .width = kWidth, .classes = 3};
  model.transform = {.input = {3, kHeight, kWidth},
                     .keep_same_size = false,
                     .resize = 25,
                     .interpolation = augment::Interpolation::bicubic,
                     .normalisation = {.mean = {0.4, 0.5, 0.6}, .std = {0.2, 0.25, 0.3}}};
  model.weights = "averaged";
  model.network = model::build(model::ResNet{.depth = 8, .width = 4}, model.task, 5);
  model.network->train(false);
  return model;
}

train::SavedModel saved_regression() {
  auto model = saved();
  model.classes.clear();
  model.value_names = {"age", "height", "weight"};
  model.scale = {.mean = {40, 1.7, 70}, .deviation = {20, 0.1, 12}};
  return model;
}

std::map<std::string, std::string> metadata_of(const fs::path& file) {
  const auto text = io::read_text(file);
  std::map<std::string, std::string> metadata;
  for (const auto& entry : temper::testing::protobuf_fields(text, 14))
    metadata[std::string(temper::testing::protobuf_field(entry.bytes, 1).bytes)] =
        temper::testing::protobuf_field(entry.bytes, 2).bytes;
  return metadata;
}

Error error_of(train::SavedModel& model, const OnnxChoice& choice, const fs::path& file) {
  try {
    export_onnx(model, choice, file);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "expected a temper::Error";
  return {Code::internal, ""};
}

TEST(ExportOnnx, WritesAModelItsDescriptionAndAReference) {
  const data::TemporaryFolder folder;
  const auto file = folder.path() / "new/folder/network.onnx";
  auto model = saved();
  const auto summary = export_onnx(model, {}, file);
  EXPECT_EQ(summary.output, "logits");
  EXPECT_EQ(summary.files.preprocess, file.parent_path() / "preprocess.json");
  EXPECT_THAT(to_text(summary),
              HasSubstr("beside it preprocess.json, reference.png and reference"));

  const auto described = nlohmann::json::parse(io::read_text(summary.files.preprocess));
  EXPECT_EQ(described["classes"], nlohmann::json(model.classes));
  EXPECT_EQ(described["weights"], "averaged");
  EXPECT_EQ(described["color"], "RGB");
  EXPECT_EQ(described["input_size"], nlohmann::json({3, kHeight, kWidth}));
  EXPECT_EQ(described["resize"], 25);
  EXPECT_EQ(described["crop_ratio"], 0.8);
  EXPECT_EQ(described["interpolation"], "bicubic");
  EXPECT_EQ(described["mean"], nlohmann::json({0.4, 0.5, 0.6}));
  EXPECT_TRUE(described["whole_size"].is_null());
  EXPECT_EQ(described["normalized_by_model"], false);
  EXPECT_FALSE(described.contains("targets"));
  EXPECT_FALSE(described.contains("temperature"));

  const auto metadata = metadata_of(file);
  EXPECT_EQ(metadata.size(), described.size());
  EXPECT_EQ(nlohmann::json::parse(metadata.at("classes")), described["classes"]);
  EXPECT_EQ(metadata.at("interpolation"), "bicubic");
  EXPECT_EQ(metadata.at("resize"), "25");

  const io::Safetensors reference(summary.files.reference);
  EXPECT_EQ(reference.at("pixels").shape, (std::vector<std::int64_t>{kHeight, kWidth, 3}));
  EXPECT_EQ(reference.at("input").shape, (std::vector<std::int64_t>{1, 3, kHeight, kWidth}));
  EXPECT_EQ(reference.at("output").shape, (std::vector<std::int64_t>{1, 3}));
  const auto bytes = io::read_file(summary.files.picture, 1U << 20U);
  EXPECT_EQ(io::decode_image(bytes, "reference.png", 3), reference_picture(kHeight, kWidth, 3));
}

TEST(ExportOnnx, TheModelComputesTheReferenceWithEveryChoice) {
  const at::NoGradGuard guard;
  for (const bool keeps : {false, true})
    for (const bool raw : {false, true})
      for (const bool softmax : {false, true}) {
        auto model = saved();
        model.temperature = train::SavedTemperature{.fit = {.value = 1.5}, .images = 100};
        const auto options =
            options_for(model, {.keep_batchnorm = keeps, .raw_input = raw, .softmax = softmax});
        EXPECT_EQ(options.temperature, softmax ? 1.5 : 1);
        const auto graph = to_onnx(*model.network, model.task, options);
        const auto expected = reference(model, options);
        EXPECT_GT(expected.input.max().item<double>(), raw ? 100 : 0.5);
        EXPECT_TRUE(
            OnnxInterpreter(graph).run(expected.input).allclose(expected.output, 1e-3, 1e-4))
            << keeps << raw << softmax;
      }
}

TEST(ExportOnnx, ThePixelsOfTheReferenceAreItsInput) {
  auto model = saved();
  const auto options = options_for(model, {});
  const auto made = reference(model, options);
  const auto mean = at::tensor({0.4F, 0.5F, 0.6F});
  const auto deviation = at::tensor({0.2F, 0.25F, 0.3F});
  const auto input = made.pixels.to(at::kFloat).div(255).sub(mean).div(deviation);
  EXPECT_TRUE(input.permute({2, 0, 1}).unsqueeze(0).allclose(made.input, 1e-5, 1e-6));
  EXPECT_GT(made.pixels.to(at::kFloat).std(false).item<double>(), 20);
}

TEST(ExportOnnx, GivesRegressionTargetsInTheirUnits) {
  const data::TemporaryFolder folder;
  auto model = saved_regression();
  const auto summary = export_onnx(model, {}, folder.path() / "network.onnx");
  EXPECT_EQ(summary.output, "values");
  const io::Safetensors held(summary.files.reference);
  const auto input = train::to_tensor(held.at("input"));
  const at::NoGradGuard guard;
  const auto expected = model.network->forward(input)
                            .mul(at::tensor(model.scale.deviation, at::kFloat))
                            .add(at::tensor(model.scale.mean, at::kFloat));
  EXPECT_TRUE(train::to_tensor(held.at("output")).allclose(expected, 1e-4, 1e-4));
  const auto described = nlohmann::json::parse(io::read_text(summary.files.preprocess));
  EXPECT_EQ(described["targets"], nlohmann::json(model.value_names));
  EXPECT_FALSE(described.contains("classes"));
  const auto error = error_of(model, {.softmax = true}, folder.path() / "other/network.onnx");
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_THAT(error.what(), HasSubstr("--softmax: the run was trained on regression targets"));
}

TEST(ExportOnnx, DescribesPicturesThatAreUsedWhole) {
  auto model = saved();
  model.transform.input = {3, 40, 32};
  model.transform.network = {kHeight, kWidth};
  model.transform.keep_same_size = true;
  model.transform.resize = 45;
  const auto described = preprocess(model, options_for(model, {}));
  EXPECT_EQ(described.whole_size, (std::vector<std::int64_t>{kHeight, kWidth}));
  EXPECT_EQ(described.input_size, (std::vector<std::int64_t>{3, 40, 32}));
  const data::TemporaryFolder folder;
  const auto summary = export_onnx(model, {}, folder.path() / "network.onnx");
  EXPECT_EQ(summary.input, (std::vector<std::int64_t>{3, 40, 32}));
}

TEST(ExportOnnx, DescribesProbabilitiesWithTheirTemperature) {
  auto model = saved();
  EXPECT_EQ(preprocess(model, options_for(model, {.softmax = true})).temperature, 1);
  model.temperature = train::SavedTemperature{.fit = {.value = 1.25}, .images = 100};
  EXPECT_EQ(preprocess(model, options_for(model, {.softmax = true})).temperature, 1.25);
  EXPECT_FALSE(preprocess(model, options_for(model, {})).temperature);
}

TEST(ExportOnnx, OverwritesNothing) {
  const data::TemporaryFolder folder;
  auto model = saved();
  export_onnx(model, {}, folder.path() / "network.onnx");
  const auto before = io::read_text(folder.path() / "network.onnx");
  auto error = error_of(model, {}, folder.path() / "network.onnx");
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_THAT(error.what(), HasSubstr("network.onnx: exists already"));
  error = error_of(model, {.raw_input = true}, folder.path() / "other.onnx");
  EXPECT_THAT(error.what(), HasSubstr("preprocess.json: exists already"));
  EXPECT_EQ(io::read_text(folder.path() / "network.onnx"), before);
  EXPECT_FALSE(fs::exists(folder.path() / "other.onnx"));
}

TEST(ExportOnnx, LeavesNothingWhenTheModelCannotBeWritten) {
  const data::TemporaryFolder folder;
  auto model = saved();
  const auto too_long = std::string(250, 'n') + ".onnx";  // for the temporary file
  EXPECT_EQ(error_of(model, {}, folder.path() / too_long).code(), Code::io);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(ExportOnnx, WritesNothingForAnOpsetThatCannotHoldTheNetwork) {
  const data::TemporaryFolder folder;
  auto model = saved();
  model.network = model::build(model::ConvNeXt{.depths = {1}, .width = 8}, model.task, 5);
  const auto error = error_of(model, {.opset = 13}, folder.path() / "new/network.onnx");
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_THAT(error.what(), HasSubstr("LayerNormalization"));
  EXPECT_FALSE(fs::exists(folder.path() / "new"));
}

TEST(ReferencePicture, IsLargerThanTheInputAndOfAnotherAspectRatio) {
  const auto picture = reference_picture(32, 32, 1);
  EXPECT_EQ(picture.height, 43);
  EXPECT_EQ(picture.width, 53);
  EXPECT_EQ(picture.pixels.size(), picture.size());
  EXPECT_EQ(picture, reference_picture(32, 32, 1));
}

}  // namespace
}  // namespace temper::deploy
