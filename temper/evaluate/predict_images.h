#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "temper/evaluate/picture_reader.h"
#include "temper/evaluate/predict_image.h"
#include "temper/train/saved_model.h"

/// Predictions for any number of picture files, batch by batch.
namespace temper::evaluate {

struct PredictImagesOptions {
  PredictOptions each = {};
  /// Pictures in a forward pass, 1 to 65,536. With test-time augmentation as many fewer as there
  /// are views, so that a batch needs as much memory.
  std::int64_t batch = 32;
  std::int64_t threads = 0;  ///< that read and decode; 0: one for each processor
};

/// @param input  the network's input for the picture's first view, [1, channels, height, width];
///               undefined for a picture that could not be read
using OnPrediction =
    std::function<void(const ImagePrediction& prediction, const at::Tensor& input)>;

/// Predicts with the model's test-time augmentation, if it has one, and calls `done` for each
/// picture in the order of the paths, as soon as its batch is finished. Predictions differ from
/// those of pictures one at a time by rounding. Monte Carlo dropout is computed picture by picture,
/// so that its masks do not depend on other pictures. Throws as classify_monte_carlo() and
/// augment::views_of() do, Error{Code::usage} for options that are out of range, and what `next`
/// throws.
void predict_images(train::SavedModel& model, NextPath next, const PredictImagesOptions& options,
                    const OnPrediction& done);

/// The columns of predictions as a table, with image, views (with test-time augmentation) and error
/// among them: of classes class_1, probability_1, ... up to the number of classes that are
/// returned, with Monte Carlo dropout also deviation_1, ..., entropy and information; of regression
/// targets their names.
std::vector<std::string> table_columns(const train::SavedModel& model,
                                       const PredictOptions& options);

/// A row of the table: numbers as they are read back exactly; what a prediction lacks is empty.
std::vector<std::string> table_row(const ImagePrediction& prediction,
                                   const train::SavedModel& model, const PredictOptions& options);

}  // namespace temper::evaluate
