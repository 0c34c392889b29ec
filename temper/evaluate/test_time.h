#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "temper/data/sources/source.h"
#include "temper/evaluate/evaluate.h"
#include "temper/io/image/picture.h"
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

/// The outputs of a network for one picture.
struct PictureOutputs {
  at::Tensor outputs;      ///< float [1, n], without a temperature
  std::int64_t views = 1;  ///< that it was shown in
};

/// The outputs of a saved model for a picture, with the model's test-time augmentation. The picture
/// is to be read with the transform's decoding().
PictureOutputs outputs_of(train::SavedModel& model, io::Picture& picture);

}  // namespace temper::evaluate
