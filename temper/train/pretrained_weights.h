#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "temper/augment/pixels/interpolation.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/io/format/safetensors.h"
#include "temper/io/format/torch_file.h"
#include "temper/model/architecture.h"

namespace temper::train {

/// How images were read when weights were trained, as the recipe's options have it.
struct TrainedInput {
  std::vector<std::int64_t> shape;  ///< of the network's input: channels, height, width
  augment::Normalisation normalisation;
  std::optional<double> crop_ratio = {};  ///< evaluation.crop_ratio; empty: not set
  augment::Interpolation interpolation = augment::Interpolation::bilinear;
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
/// directory of a finished run, a .safetensors file (with temper's metadata if it has them) or a
/// .pth, .pt or .bin file. The network of a file without metadata is the one that its name begins
/// with, as in resnet50-0676ba61.pth. Nothing in a file is executed. Throws Error: usage where
/// there is nothing of the kind, and for a network that temper does not have, with the nearest
/// name; data for damaged files.
PretrainedWeights open_pretrained(const std::filesystem::path& from);

/// The file of tensors in a folder with a config.json; the config.json itself.
std::filesystem::path tensor_file(const std::filesystem::path& folder);
inline std::filesystem::path config_file(const std::filesystem::path& folder) {
  return folder / "config.json";
}

/// Hash of the tensors: names, types, shapes and values.
std::string hash_of(const PretrainedWeights& weights);

}  // namespace temper::train
