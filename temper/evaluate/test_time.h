#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "temper/augment/pipeline/fit.h"
#include "temper/data/sources/source.h"
#include "temper/evaluate/evaluate.h"
#include "temper/recipe/evaluation.h"
#include "temper/train/plan.h"
#include "temper/train/saved_model.h"

/// Test-time augmentation, for sets and for single pictures in the same way.
namespace temper::evaluate {

/// predict(), and where there is a test-time augmentation the mean over the predictions for its
/// views. The logits of images that are shown in one view only are those of predict(), bit for bit.
/// Throws as predict() and augment::views_of() do.
Predictions predict_augmented(model::Network& network, const train::Plan& plan,
                              const std::shared_ptr<const data::Source>& images,
                              const std::optional<recipe::TestTimeAugmentation>& tta,
                              const std::function<bool()>& cancel = {});

/// The views that a saved model shows pictures in: one, or those of its test-time augmentation.
std::vector<augment::View> shown_views(const train::SavedModel& model);

/// The outputs of a network for several pictures.
struct PictureOutputs {
  at::Tensor outputs;               ///< float [n, outputs] on the CPU, without a temperature
  std::vector<std::int64_t> views;  ///< in how many views each picture was shown
};

/// The outputs of a saved model for pictures, with the model's test-time augmentation.
/// @param views  float [v, n, channels, height, width], n >= 1: the network's inputs for each of
///               shown_views()
PictureOutputs outputs_of(train::SavedModel& model, const at::Tensor& views);

}  // namespace temper::evaluate
