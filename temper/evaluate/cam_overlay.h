#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "temper/augment/pixels/normalisation.h"
#include "temper/evaluate/predict_image.h"
#include "temper/io/image/image.h"
#include "temper/train/saved_model.h"

namespace temper::evaluate {

/// A picture as the network saw it, with a map over it: half picture, half color, from blue (0)
/// through green to red (1).
/// @param input  [1, channels, height, width], normalized, of 1 or 3 channels
/// @param map    [height, width], in [0, 1]; see shown_maps()
/// @return of 3 channels
io::Image cam_overlay(const at::Tensor& input, const augment::Normalisation& normalisation,
                      const at::Tensor& map);

/// Writes overlays of Grad-CAM into a folder, which is created.
class CamFolder {
 public:
  /// Throws Error{Code::usage} for regression targets, for a class that the model does not have and
  /// for a name of several, Error{Code::io} where the folder can't be created.
  /// @param class_name  whose evidence is shown; "": that of the class predicted
  CamFolder(train::SavedModel& model, std::filesystem::path folder, const std::string& class_name);

  /// Writes the overlay of the next picture: <number>-<name of the picture>.png, where the number
  /// counts all pictures from 1. Nothing for one that could not be read. Throws as grad_cam() does,
  /// and Error{Code::io}.
  /// @param input  the network's input for it, [1, channels, height, width]
  std::optional<std::filesystem::path> add(const ImagePrediction& prediction,
                                           const at::Tensor& input);

 private:
  train::SavedModel& model_;
  std::filesystem::path folder_;
  std::optional<std::int64_t> class_;
  std::int64_t pictures_ = 0;
};

}  // namespace temper::evaluate
