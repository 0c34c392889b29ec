#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/augment/pixels/interpolation.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/io/format/safetensors.h"
#include "temper/io/format/torch_file.h"
#include "temper/io/image/decode.h"
#include "temper/model/architecture.h"

namespace temper::train {

/// How images were read when weights were trained and evaluated, as the recipe's options have it.
struct TrainedInput {
  std::vector<std::int64_t> shape;              ///< of the network's input: channels, height, width
  std::optional<augment::Size> evaluated = {};  ///< size in evaluation; empty: that of `shape`
  augment::Normalisation normalisation = {};
  std::optional<double> crop_ratio = {};  ///< evaluation.crop_ratio; empty: not set
  augment::Interpolation interpolation = augment::Interpolation::bilinear;
  bool antialias = true;
  io::Decode decode = io::Decode::exact;
  bool exif_orientation = false;
  bool by_timm = false;        ///< a config.json says all this: pictures are resized as timm does
  std::string crop_mode = {};  ///< of timm's, where it is not the crop of the center; "": it is

  [[nodiscard]] augment::Size trained_size() const { return {shape.at(1), shape.at(2)}; }
  [[nodiscard]] augment::Size size() const { return evaluated.value_or(trained_size()); }
};

/// Weights of an earlier training, as they are in a file, and what is known of them.
struct PretrainedWeights {
  std::filesystem::path file;  ///< of the tensors
  std::variant<io::Safetensors, io::TorchFile> tensors;
  std::string network;                              ///< its name, for messages; "": not known
  std::optional<model::Architecture> architecture;  ///< empty: not known
  std::vector<std::string> classes;            ///< or names of regression targets; empty: not known
  std::vector<std::string> descriptions = {};  ///< of the classes; empty: none
  std::int64_t outputs = 0;                    ///< number of classes or targets; 0: not known
  std::optional<TrainedInput> input;           ///< empty: not known

  [[nodiscard]] const std::vector<io::TensorView>& views() const {
    return std::visit([](const auto& from) -> const auto& { return from.tensors(); }, tensors);
  }
};

/// Opens a folder with config.json and model.safetensors (or pytorch_model.bin, model.pth), the
/// directory of a finished run, a .safetensors file (with temper's metadata if it has them) or
/// another is_tensor_file(). The network of a file without metadata is the one that its name begins
/// with, as in resnet50-0676ba61.pth. Nothing in a file is executed. Throws Error: usage where
/// there is nothing of the kind, and for a network that temper does not have, with the nearest
/// name; data for damaged files.
PretrainedWeights open_pretrained(const std::filesystem::path& from);

/// Whether a path is that of a file of tensors, by its name: .safetensors, or PyTorch's .pth, .pt,
/// .bin and .tar, unless that is a tar archive.
bool is_tensor_file(const std::filesystem::path& path);

/// Opens such a file. Throws as io::Safetensors and io::TorchFile do.
std::variant<io::Safetensors, io::TorchFile> open_tensors(const std::filesystem::path& file);

/// The file of tensors in a folder with a config.json; the config.json itself.
std::filesystem::path tensor_file(const std::filesystem::path& folder);
inline std::filesystem::path config_file(const std::filesystem::path& folder) {
  return folder / "config.json";
}

/// Hash of the tensors: names, types, shapes and values.
std::string hash_of(const PretrainedWeights& weights);

}  // namespace temper::train
