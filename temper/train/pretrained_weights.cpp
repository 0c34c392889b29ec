#include "temper/train/pretrained_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "temper/augment/operations/resize.h"
#include "temper/augment/pipeline/fit.h"
#include "temper/augment/pipeline/input_transform.h"
#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/data/sources/digest.h"
#include "temper/io/disk/map_file.h"
#include "temper/io/disk/read_file.h"
#include "temper/model/timm_names.h"
#include "temper/recipe/recipe.h"
#include "temper/train/metadata_list.h"
#include "temper/train/timm_config.h"
#include "temper/train/weights_file.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxConfig = std::uint64_t{16} << 20U;

bool is_torch_file(const fs::path& path) {
  return path.extension() == ".pth" || path.extension() == ".pt" || path.extension() == ".bin" ||
         path.extension() == ".tar";
}

/// Whether it is a tar archive, a shard of images: timm's files of weights are called .pth.tar.
bool is_archive(const fs::path& file) {
  constexpr std::string_view kMagic = "ustar";
  constexpr std::size_t kAt = 257;
  const auto [bytes, size] = io::map_file(file);
  return size >= kAt + kMagic.size() &&
         std::memcmp(bytes.get() + kAt, kMagic.data(), kMagic.size()) == 0;
}

/// How timm's validate.py reads pictures.
TrainedInput input_of(const TimmConfig& config) {
  TrainedInput input{.shape = config.input,
                     .normalisation = config.normalisation,
                     .crop_ratio = config.test_crop_ratio.value_or(config.crop_ratio),
                     .interpolation = config.interpolation,
                     .by_timm = true,
                     .crop_mode = config.crop_mode == kCenter ? "" : config.crop_mode};
  if (!config.test_input.empty())
    input.evaluated = augment::Size{config.test_input.at(1), config.test_input.at(2)};
  return input;
}

PretrainedWeights from_folder(const fs::path& folder) {
  const auto path = config_file(folder);
  const auto config = parse_timm_config(io::read_text(path, kMaxConfig), path.string());
  const auto file = tensor_file(folder);
  PretrainedWeights weights{
      .file = file, .tensors = open_tensors(file), .network = config.architecture};
  weights.architecture = model::architecture_of(config.architecture);
  if (!weights.architecture)
    throw Error(Code::usage, {.file = path.string()},
                fmt::format(R"("architecture" is "{}", which temper does not have: {})",
                            config.architecture.substr(0, 80),
                            suggestion(config.architecture, model::timm_names(), "it has")));
  weights.classes = config.class_names;
  weights.descriptions = config.class_descriptions;
  weights.outputs = config.classes;
  weights.input = input_of(config);
  return weights;
}

/// timm's name, or that of the kind of networks: "resnet".
std::string name_of_network(const model::Architecture& architecture, const model::Task& task) {
  if (auto name = model::timm_name_of(architecture, task)) return *std::move(name);
  return std::visit([](const auto& options) { return std::string(options.kind); }, architecture);
}

/// The evaluation.crop_ratio that resizes pictures as the transform does; nothing where that is
/// left to temper.
/// @param stated  that of the run's recipe, 0 where it is not known
std::optional<double> crop_ratio_of(const augment::InputTransform& transform, double stated) {
  const auto size = transform.size();
  if (stated > 0 && augment::resize_side(size, stated) == transform.resize) return stated;
  if (transform.keep_same_size || transform.resize == augment::automatic_side(size))
    return std::nullopt;
  double ratio = static_cast<double>(std::max(size.height, size.width)) /
                 static_cast<double>(transform.resize);
  if (augment::resize_side(size, ratio) < transform.resize) ratio = std::nextafter(ratio, 0.0);
  return std::min(ratio, 1.0);
}

/// How a network of temper's own reads pictures.
TrainedInput input_of(const augment::InputTransform& transform, double stated_ratio) {
  const auto trained = transform.network_size();
  TrainedInput input{.shape = {transform.input.at(0), trained.height, trained.width},
                     .normalisation = transform.normalisation,
                     .crop_ratio = crop_ratio_of(transform, stated_ratio),
                     .interpolation = transform.interpolation,
                     .antialias = transform.antialias,
                     .decode = transform.decode,
                     .exif_orientation = transform.exif_orientation};
  if (transform.size() != trained) input.evaluated = transform.size();
  return input;
}

/// What temper writes beside the tensors, if it wrote the file.
/// @param of_run  says what the files of earlier versions leave out
void read_metadata(const io::Metadata& metadata, const recipe::Recipe& of_run,
                   PretrainedWeights& weights) {
  const auto network = metadata.find("temper.model");
  if (network == metadata.end()) return;
  weights.architecture =
      recipe::parse("model = " + network->second + "\n", weights.file.string()).model;
  weights.classes = metadata_list<std::string>(
      metadata, metadata.contains("temper.values") ? "temper.values" : "temper.classes",
      weights.file);
  weights.outputs = std::ssize(weights.classes);
  const auto transform = augment::from_metadata(
      metadata,
      {.input = {}, .decode = of_run.data.decode, .exif_orientation = of_run.data.exif_orientation},
      weights.file.string());
  weights.input = input_of(transform, of_run.evaluation.crop_ratio);
  const auto [height, width] = transform.network_size();
  weights.network = name_of_network(
      *weights.architecture, {.channels = transform.input.at(0), .height = height, .width = width});
}

PretrainedWeights from_run(const fs::path& run) {
  const auto recipe = recipe::load(run / "recipe.toml");
  std::string which;
  auto file = weights_file(run, which, recipe);
  io::Safetensors tensors(file);
  const auto metadata = tensors.metadata();
  PretrainedWeights weights{.file = std::move(file), .tensors = std::move(tensors)};
  read_metadata(metadata, recipe, weights);
  return weights;
}

/// The longest of timm's names that a file's name begins with: "resnet50" of resnet50-0676ba61.pth,
/// as torchvision and timm call their files. "" for none.
std::string_view named_by(const std::string& file) {
  std::string_view longest;
  for (const auto name : model::timm_names()) {
    const bool ends = file.size() == name.size() ||
                      (file.size() > name.size() &&
                       std::isalnum(static_cast<unsigned char>(file[name.size()])) == 0);
    if (ends && file.starts_with(name) && name.size() > longest.size()) longest = name;
  }
  return longest;
}

PretrainedWeights from_file(const fs::path& file) {
  PretrainedWeights weights{.file = file, .tensors = open_tensors(file)};
  if (const auto* tensors = std::get_if<io::Safetensors>(&weights.tensors))
    read_metadata(io::Metadata(tensors->metadata()), {}, weights);
  if (weights.architecture) return weights;
  weights.network = named_by(file.filename().string());
  weights.architecture = model::architecture_of(weights.network);
  return weights;
}

}  // namespace

bool is_tensor_file(const fs::path& path) {
  if (path.extension() == ".tar") return fs::is_regular_file(path) && !is_archive(path);
  return is_torch_file(path) || path.extension() == ".safetensors";
}

std::variant<io::Safetensors, io::TorchFile> open_tensors(const fs::path& file) {
  if (is_torch_file(file)) return io::TorchFile(file);
  return io::Safetensors(file);
}

fs::path tensor_file(const fs::path& folder) {
  constexpr std::array<std::string_view, 4> names{"model.safetensors", "pytorch_model.bin",
                                                  "pytorch_model.pth", "model.pth"};
  const auto* const found =
      std::ranges::find_if(names, [&](auto name) { return fs::exists(folder / name); });
  if (found == names.end())
    throw Error(Code::usage, {.file = folder.string()},
                fmt::format("there is a config.json, but no file of weights; expected {}",
                            fmt::join(names, ", ")));
  return folder / *found;
}

PretrainedWeights open_pretrained(const fs::path& from) {
  if (fs::exists(config_file(from))) return from_folder(from);
  if (fs::exists(from / "recipe.toml")) return from_run(from);
  if (fs::is_regular_file(from) && is_tensor_file(from)) return from_file(from);
  throw Error(Code::usage, {.file = from.string()},
              fs::exists(from)
                  ? "there are no weights; expected a folder with config.json and "
                    "model.safetensors, a run directory, or a .safetensors or .pth file"
                  : "there is no such file or folder; expected weights: a folder with config.json "
                    "and model.safetensors, a run directory, or a .safetensors or .pth file");
}

std::string hash_of(const PretrainedWeights& weights) {
  data::Digest digest;
  for (const auto& view : weights.views()) {
    digest.add(view.name).add(name_of(view.dtype));
    for (const auto size : view.shape) digest.add(size);
    digest.add(view.bytes);
  }
  return digest.hex();
}

}  // namespace temper::train
