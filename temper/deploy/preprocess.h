#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "temper/augment/pixels/interpolation.h"
#include "temper/core/keys.h"
#include "temper/deploy/onnx.h"
#include "temper/io/format/safetensors.h"
#include "temper/io/image/decode.h"
#include "temper/train/saved_model.h"

namespace temper::deploy {

/// What another program needs to know to use a model: how a picture's file becomes the input, and
/// what the output means. docs/export.md describes the keys.
struct Preprocess {
  std::string temper;   ///< version that wrote the model
  std::string weights;  ///< of the run: "raw", "averaged", "best", ...
  std::string input;    ///< names in the model
  std::string output;
  std::optional<std::vector<std::string>> classes;             ///< in the order of the output
  std::optional<std::vector<std::string>> class_descriptions;  ///< likewise
  std::optional<std::vector<std::string>> targets;  ///< of regression, in place of classes
  std::optional<double> temperature;  ///< of probabilities: that the logits are divided by

  std::string color;  ///< "RGB" or "L", gray: modes of Pillow
  io::Decode decode = io::Decode::exact;
  bool exif_orientation = false;         ///< pictures are rotated and mirrored by it first
  std::vector<std::int64_t> input_size;  ///< channels, height and width
  /// Height and width of pictures that are used whole: resized to the input, without a crop.
  std::optional<std::vector<std::int64_t>> whole_size;
  std::int64_t resize = 0;  ///< length of the shorter side to which others are resized
  augment::Interpolation interpolation = augment::Interpolation::bilinear;
  bool antialias = true;
  double crop_ratio = 0;     ///< longer side of the input / resize
  std::vector<double> mean;  ///< of pixels / 255, one per channel
  std::vector<double> std;   ///< likewise
  bool normalized_by_model = false;

  static constexpr auto keys() {
    return std::tuple{key("temper", &Preprocess::temper),
                      key("weights", &Preprocess::weights),
                      key("input", &Preprocess::input),
                      key("output", &Preprocess::output),
                      key("classes", &Preprocess::classes),
                      key("class_descriptions", &Preprocess::class_descriptions),
                      key("targets", &Preprocess::targets),
                      key("temperature", &Preprocess::temperature),
                      key("color", &Preprocess::color),
                      key("decode", &Preprocess::decode),
                      key("exif_orientation", &Preprocess::exif_orientation),
                      key("input_size", &Preprocess::input_size),
                      nullable("whole_size", &Preprocess::whole_size),
                      key("resize", &Preprocess::resize),
                      key("interpolation", &Preprocess::interpolation),
                      key("antialias", &Preprocess::antialias),
                      key("crop_ratio", &Preprocess::crop_ratio),
                      key("mean", &Preprocess::mean),
                      key("std", &Preprocess::std),
                      key("normalized_by_model", &Preprocess::normalized_by_model)};
  }
};

Preprocess preprocess(const train::SavedModel& model, const OnnxOptions& options);

/// As a JSON file.
std::string to_text(const Preprocess& description);
/// Each key as an entry: texts as they are, everything else as JSON.
io::Metadata to_metadata(const Preprocess& description);

}  // namespace temper::deploy
