#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "temper/evaluate/monte_carlo.h"
#include "temper/evaluate/picture_reader.h"
#include "temper/train/saved_model.h"

namespace temper::evaluate {

struct PredictOptions {
  std::int64_t top = 3;                         ///< number of classes, the most probable first
  std::optional<std::int64_t> mc_dropout = {};  ///< Monte Carlo dropout with so many passes
};

/// What a saved model predicts for an image file: classes, classes with Monte Carlo dropout, or
/// regression targets.
struct ImagePrediction {
  std::string image;  ///< path
  std::variant<std::vector<train::ClassPrediction>, McDropoutPredictions,
               std::vector<train::PredictedValue>, UnreadImage>
      predicted;
  std::optional<std::int64_t> views = {};  ///< it was shown in, with test-time augmentation
};

/// The prediction with the model's test-time augmentation; Monte Carlo dropout has a single view.
/// Throws as classify_monte_carlo() and augment::views_of() do. Of several pictures
/// predict_images() is faster.
/// @param path  of a PNG, JPEG or WebP file
ImagePrediction predict_image(train::SavedModel& model, const std::string& path,
                              const PredictOptions& options = {});

/// What test-time augmentation took for several pictures.
struct ViewsTaken {
  std::int64_t pictures = 0;   ///< without those that could not be read
  std::int64_t augmented = 0;  ///< shown in more than one view
  std::int64_t passes = 0;     ///< forward passes

  void add(const ImagePrediction& prediction);
};
/// @param seconds  for all pictures
std::string to_text(const ViewsTaken& taken, double seconds);

/// On one line, without a line break at the end.
std::string to_text(const ImagePrediction& prediction);
nlohmann::json to_json(const ImagePrediction& prediction);

}  // namespace temper::evaluate
