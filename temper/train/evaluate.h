#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "temper/data/source.h"
#include "temper/measure/gap.h"
#include "temper/measure/values.h"
#include "temper/measure/weight_norms.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"

namespace temper::train {

/// A network's answers to a set of images, in the set's order.
struct Predictions {
  at::Tensor logits;  ///< float32 [n, outputs], on the CPU; values as the network gives them
  at::Tensor labels;  ///< int64 [n]; -1 for values
  std::optional<measure::ValueAnswers> values = {};  ///< in their units; only where the set has any
};

/// Thrown where a long piece of work was given up on request.
struct Cancelled {};

/// Forward passes over a set in evaluation mode, with the evaluation transform; the network is left
/// in that mode. Throws Error{Code::data} for a set without images.
/// @param cancel  asked before every batch, when set; true ends the work with Cancelled
Predictions predict(model::Network& network, const Plan& plan,
                    const std::shared_ptr<const data::Source>& images,
                    const std::function<bool()>& cancel = {});

/// Hard-label cross-entropy and accuracy of predictions; of values the mean squared error, in
/// standard deviations of the training set, and their errors.
Score score(const Predictions& predictions);

/// The generalisation gap of a network as it stands.
/// @param validation  its answers to the plan's validation set; the other side, the plan's fixed
/// part
///                    of the training set, is asked here. @param cancel  as in predict()
measure::Gap gap(model::Network& network, const Plan& plan, const Predictions& validation,
                 const std::function<bool()>& cancel = {});

/// Of convolutions and linear layers, all together; biases and normalisations left out.
measure::WeightNorms weight_norms(const model::Network& network);

}  // namespace temper::train
