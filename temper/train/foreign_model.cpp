#include "temper/train/foreign_model.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "temper/augment/operations/resize.h"
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

}  // namespace

augment::InputTransform foreign_transform(const TrainedInput& input) {
  const augment::Size size{input.shape.at(1), input.shape.at(2)};
  return {
      .input = input.shape,
      .keep_same_size = false,
      .resize = augment::resize_side(size, input.crop_ratio.value_or(augment::kDefaultCropRatio)),
      .interpolation = input.interpolation,
      .normalisation = input.normalisation};
}

SavedModel foreign_model(const std::filesystem::path& folder) {
  const auto weights = open_pretrained(folder);
  if (const auto& mode = weights.input.value().crop_mode; !mode.empty())
    throw Error(Code::data, {.file = config_file(folder).string()},
                fmt::format("\"crop_mode\" is \"{}\", but temper crops the center of pictures, so "
                            "the network would see others than it was made for; expected \"{}\"",
                            mode, kCenter));
  SavedModel model;
  model.weights = "raw";
  model.file = weights.file;
  model.recipe.model = weights.architecture.value();
  model.transform = foreign_transform(weights.input.value());
  model.classes = weights.classes.empty() ? indices(weights.outputs) : weights.classes;
  model.descriptions = weights.descriptions;
  const auto [height, width] = model.transform.size();
  model.task = {weights.input->shape.at(0), height, width, weights.outputs};
  model.recipe.precision = recipe::Precision::fp32;
  model.recipe.evaluation.crop_ratio = weights.input->crop_ratio.value();
  model.recipe.evaluation.interpolation = weights.input->interpolation;
  model.network = model::build(model.recipe.model, model.task, /*seed=*/0);
  if (const auto notes = copy_weights(weights, *model.network, model.classes); !notes.empty())
    throw Error(Code::data, {.file = weights.file.string()},
                fmt::format("the tensors do not fit config.json: {}", notes.front()));
  model.network->train(false);
  return model;
}

}  // namespace temper::train
