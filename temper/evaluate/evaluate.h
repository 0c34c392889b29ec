#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "temper/data/sources/source.h"
#include "temper/measure/values.h"
#include "temper/measure/weight_norms.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"

namespace temper::evaluate {

/// A network's predictions for a set of images, in the set's order.
struct Predictions {
  at::Tensor logits;  ///< float32 [n, outputs], on the CPU; for regression the standardized outputs
  at::Tensor labels;  ///< int64 [n]; -1 for regression
  std::optional<measure::ValuePredictions> values = {};  ///< for regression, in the targets' units
  std::optional<train::TestTime> test_time = {};         ///< with test-time augmentation
};

/// Thrown when a long computation is cancelled on request: with Plan::group on all ranks, when any
/// of them is asked to.
struct Cancelled {};

/// Forward passes over a set in evaluation mode, with the evaluation transform; with Plan::group
/// the ranks share the images, and all of them have all predictions. Leaves the network in
/// evaluation mode. Throws Error{Code::data} for a set without images, and Error{Code::numerical}
/// for predictions that a weight or buffer makes non-finite, with its name.
/// @param cancel  when set, called before every batch; true ends the work by throwing Cancelled
Predictions predict(model::Network& network, const train::Plan& plan,
                    const std::shared_ptr<const data::Source>& images,
                    const std::function<bool()>& cancel = {});

/// The same for another view of every image than the only one of evaluation.
Predictions predict_view(model::Network& network, const train::Plan& plan,
                         const std::shared_ptr<const data::Source>& images,
                         const augment::View& view, const std::function<bool()>& cancel = {});

/// Throws Error{Code::numerical} for predictions that are not finite because a weight or buffer of
/// the network is not, with its name.
void require_finite(const at::Tensor& logits, const model::Network& network);

/// Standardized outputs in the units of the regression targets, double [n, d].
at::Tensor in_units(const at::Tensor& outputs, const data::ValueScale& scale);

/// Cross-entropy with hard labels, and accuracy; for regression the mean squared error of the
/// standardized targets, and the errors.
train::Score score(const Predictions& predictions);

/// Norms of all weights of convolutions and linear layers together, without biases and
/// normalization layers.
measure::WeightNorms weight_norms(const model::Network& network);

}  // namespace temper::evaluate
