#include "temper/train/foreign_model.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "temper/augment/operations/resize.h"
#include "temper/augment/pipeline/fit.h"
#include "temper/core/error.h"
#include "temper/train/copy_weights.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/timm_config.h"

namespace temper::train {
namespace {

std::vector<std::string> indices(std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i) names.push_back(fmt::format("{}", i));
  return names;
}

/// Throws for a folder whose pictures timm reads as temper can't.
void check_reading(const TrainedInput& input, const std::string& file) {
  if (!input.crop_mode.empty())
    throw Error(Code::data, {.file = file},
                fmt::format("\"crop_mode\" is \"{}\", but temper crops the center of pictures, so "
                            "the network would see others than it was made for; expected \"{}\"",
                            input.crop_mode, kCenter));
  const auto check_size = [&](const char* key, augment::Size size) {
    if (size.height != size.width)
      throw Error(
          Code::data, {.file = file},
          fmt::format("\"{}\" is {} x {} pixels, for which timm resizes pictures until they "
                      "cover height and width, but temper resizes their shorter side to "
                      "the longer of the two, so the network would see others than it was "
                      "made for; expected a square",
                      key, size.height, size.width));
  };
  check_size("input_size", input.trained_size());
  check_size("test_input_size", input.size());
}

}  // namespace

augment::InputTransform foreign_transform(const TrainedInput& input) {
  const auto size = input.size();
  augment::InputTransform transform{
      .input = {input.shape.at(0), size.height, size.width},
      .decode = input.decode,
      .exif_orientation = input.exif_orientation,
      .keep_same_size = false,
      .resize = augment::resize_side(size, input.crop_ratio.value_or(augment::kDefaultCropRatio)),
      .interpolation = input.interpolation,
      .antialias = input.antialias,
      .normalisation = input.normalisation};
  if (const auto trained = input.trained_size(); trained != size)
    transform.network = {trained.height, trained.width};
  return transform;
}

SavedModel foreign_model(const std::filesystem::path& folder) {
  const auto weights = open_pretrained(folder);
  const auto& input = weights.input.value();
  check_reading(input, config_file(folder).string());
  SavedModel model;
  model.weights = "raw";
  model.file = weights.file;
  model.recipe.model = weights.architecture.value();
  model.transform = foreign_transform(input);
  model.classes = weights.classes.empty() ? indices(weights.outputs) : weights.classes;
  model.descriptions = weights.descriptions;
  const auto [height, width] = input.trained_size();
  model.task = {input.shape.at(0), height, width, weights.outputs};
  model.recipe.precision = recipe::Precision::fp32;
  auto& evaluation = model.recipe.evaluation;
  if (input.evaluated) evaluation.size.value = input.size().height;
  evaluation.crop_ratio = input.crop_ratio.value();
  evaluation.interpolation = input.interpolation;
  model.network = model::build(model.recipe.model, model.task, /*seed=*/0);
  if (const auto notes = copy_weights(weights, *model.network, model.classes); !notes.empty())
    throw Error(Code::data, {.file = weights.file.string()},
                fmt::format("the tensors do not fit config.json: {}", notes.front()));
  model.network->train(false);
  return model;
}

}  // namespace temper::train
