#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "temper/deploy/onnx.h"
#include "temper/train/saved_model.h"

namespace temper::deploy {

/// What a user chooses of a model of ONNX.
struct OnnxChoice {
  std::int64_t opset = kDefaultOpset;
  bool keep_batchnorm = false;  ///< as operators of their own
  bool raw_input = false;       ///< the model takes pixels, 0 to 255, and normalizes them
  bool softmax = false;         ///< probabilities, at the temperature of the weights, if any

  bool operator==(const OnnxChoice&) const = default;
};

/// The options for a saved model. Throws Error{Code::usage} for an opset that is not known, and for
/// a softmax of regression targets.
OnnxOptions options_for(const train::SavedModel& model, const OnnxChoice& choice);

/// A model's file, and those beside it.
struct OnnxFiles {
  std::filesystem::path model;
  std::filesystem::path preprocess;  ///< preprocess.json: see preprocess.h
  std::filesystem::path picture;     ///< reference.png
  /// reference.safetensors: "pixels" U8 [height, width, channels], "input" F32 [1, channels,
  /// height, width] and "output" F32 [1, classes] of the picture, as in reference.h
  std::filesystem::path reference;
};
OnnxFiles onnx_files(const std::filesystem::path& model);

/// Throws Error{Code::usage} where one of the files exists.
void require_new(const OnnxFiles& files);

/// What was written.
struct OnnxSummary {
  OnnxFiles files;
  std::int64_t opset = 0;
  std::int64_t nodes = 0;
  std::int64_t bytes = 0;           ///< of the tensors
  std::vector<std::int64_t> input;  ///< channels, height, width
  std::string output;               ///< its name
  std::int64_t outputs = 0;         ///< classes or regression targets
  bool normalizes = false;          ///< the model takes pixels, 0 to 255
};

/// Writes a saved model, without its test-time augmentation. Folders are made. The model's own file
/// is written last, so where it is, the others are complete. Throws as options_for(), require_new()
/// and to_onnx() do, and Error{Code::io}.
OnnxSummary export_onnx(train::SavedModel& model, const OnnxChoice& choice,
                        const std::filesystem::path& file);

/// For a terminal.
std::string to_text(const OnnxSummary& summary);

}  // namespace temper::deploy
