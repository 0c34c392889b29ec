#include "temper/deploy/timm_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "temper/augment/operations/resize.h"
#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/folder.h"
#include "temper/io/disk/new_files.h"
#include "temper/model/timm_names.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/state.h"
#include "temper/train/tensors.h"
#include "temper/train/timm_config.h"

namespace temper::deploy {
namespace {

namespace fs = std::filesystem;
using train::Named;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Code::usage, fmt::format("export to timm: {}", why));
}

/// The layer of a tensor: "fc" of "fc.weight".
std::string layer_of(std::string_view name) {
  return std::string(name.substr(0, name.rfind('.')));
}

/// timm writes the last layer of pre-activation networks as a 1x1 convolution.
std::vector<Named> tensors_of(const train::SavedModel& model) {
  auto tensors = train::weights(*model.network);
  const auto* residual = std::get_if<model::ResNet>(&model.recipe.model);
  if (residual == nullptr || residual->version != model::Version::v2) return tensors;
  for (auto& [name, tensor] : tensors)
    if (name == "head.fc.weight") tensor = tensor.detach().unsqueeze(-1).unsqueeze(-1);
  return tensors;
}

void name_layers(const model::Network& network, train::TimmConfig& config) {
  for (const auto& parameter : network.parameters()) {
    if (config.first_convolution.empty() && parameter.value.dim() == 4)
      config.first_convolution = layer_of(parameter.name);
  }
  if (const auto* const head = model::head_weight(network)) {
    config.classifier = layer_of(head->name);
    config.features = head->value.size(1);
  }
}

/// The part of the shorter side that the center crop keeps.
double crop_ratio_of(const train::SavedModel& model) {
  const auto& transform = model.transform;
  if (transform.keep_same_size) return 1;
  for (const double ratio : {model.recipe.evaluation.crop_ratio, augment::kDefaultCropRatio})
    if (ratio > 0 && augment::resize_side(transform.size(), ratio) == transform.resize)
      return ratio;
  return static_cast<double>(transform.size().height) / static_cast<double>(transform.resize);
}

train::TimmConfig config_of(const train::SavedModel& model) {
  const auto& transform = model.transform;
  const auto size = transform.size();
  const auto trained = transform.network_size();
  if (size.height != size.width || trained.height != trained.width)
    refuse(fmt::format("the network's input is {} x {} pixels; expected a square", size.height,
                       size.width));
  train::TimmConfig config{.architecture = timm_network(model),
                           .classes = model.task.classes,
                           .class_names = model.classes,
                           .class_descriptions = model.descriptions,
                           .input = {model.task.channels, trained.height, trained.width},
                           .normalisation = transform.normalisation,
                           .crop_ratio = crop_ratio_of(model),
                           .interpolation = transform.interpolation};
  if (size != trained) config.test_input = {model.task.channels, size.height, size.width};
  name_layers(*model.network, config);
  return config;
}

std::vector<std::string> not_expressed(const train::SavedModel& model) {
  std::vector<std::string> notes;
  const auto& transform = model.transform;
  const auto side = transform.size().height;
  if (const auto trained = transform.network_size().height; trained != side)
    notes.push_back(
        fmt::format("evaluation.size is {}, but timm and transformers read pictures at the size of "
                    "the training, {}, unless they are asked for the test size (timm's "
                    "use_test_size=True)",
                    side, trained));
  if (transform.keep_same_size && transform.resize != side)
    notes.push_back(
        fmt::format("the run uses pictures of {0} x {0} pixels whole, and resizes others to {1} "
                    "pixels before it crops them; timm resizes all of them to {2}",
                    transform.network_size().height, transform.resize, side));
  if (!transform.antialias)
    notes.emplace_back(
        "evaluation.antialias is false, but timm shrinks pictures with antialiasing");
  if (transform.decode != io::Decode::exact)
    notes.emplace_back("data.decode is fast, but timm decodes every picture at its full size");
  if (transform.exif_orientation)
    notes.emplace_back("data.exif_orientation is true, but timm does not turn pictures");
  if (model.temperature)
    notes.push_back(
        fmt::format("the temperature {:.4g} is not part of the folder: divide the logits "
                    "by it for calibrated probabilities",
                    model.temperature->fit.value));
  if (model.tta) notes.emplace_back("test-time augmentation is not part of the folder");
  return notes;
}

void require_new(const fs::path& folder) {
  if (!fs::exists(folder) || (fs::is_directory(folder) && fs::is_empty(folder))) return;
  throw Error(Code::usage, {.file = folder.string()},
              "this exists; expected the name of a new folder");
}

}  // namespace

std::string timm_network(const train::SavedModel& model) {
  if (!model.value_names.empty())
    refuse("timm's networks are classifiers, and this run was trained on regression targets");
  auto name = model::timm_name_of(model.recipe.model, model.task);
  if (!name)
    refuse(
        fmt::format("timm has no name for this network ({}); its weights, with all that is needed "
                    "to use them, are in {}, and docs/networks.md lists the networks that timm "
                    "has",
                    recipe::model_text(model.recipe), model.file.string()));
  return *name;
}

std::vector<std::string> write_timm_folder(const train::SavedModel& model, const fs::path& folder) {
  const auto config = config_of(model);
  require_new(folder);
  io::make_folder(folder);
  const auto weights = folder / "model.safetensors";
  const auto description = train::config_file(folder);
  io::NewFiles written({weights, description});
  train::save_tensors(weights, tensors_of(model), {{"format", "pt"}});
  io::write_atomically(description, train::to_text(config));
  written.keep();
  return not_expressed(model);
}

}  // namespace temper::deploy
