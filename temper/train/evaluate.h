#pragma once
#include "temper/data/source.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"

namespace temper::train {

/// A network's answers to a set of images, in the set's order.
struct Predictions {
  at::Tensor logits;  ///< float32 [n, classes], on the CPU
  at::Tensor labels;  ///< int64 [n]
};

/// Forward passes over a set in evaluation mode, with the evaluation transform; the network is left
/// in that mode.
Predictions predict(model::Network& network, const Plan& plan,
                    const std::shared_ptr<const data::Source>& images);

/// Hard-label cross-entropy and accuracy of predictions.
Score score(const Predictions& predictions);

}  // namespace temper::train
