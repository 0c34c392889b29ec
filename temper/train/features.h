#pragma once
#include <functional>
#include <memory>

#include "temper/data/source.h"
#include "temper/train/plan.h"

namespace temper::train {

/// What goes into a network's head: its penultimate activations.
struct Features {
  at::Tensor activations;  ///< float32 [n, d], on the CPU
  at::Tensor labels;       ///< int64 [n]
};

/// The weight of the layer that gives the logits, [classes, d]. Throws Error{Code::usage} for a
/// network that does not say which one it is.
at::Tensor head_of(const model::Network& network);

/// Forward passes over a set as in predict(). Throws as head_of() does, and Error{Code::usage} for
/// a network whose head is no linear layer.
/// @param cancel  asked before every batch, when set; true ends the work with Cancelled
Features features(model::Network& network, const Plan& plan,
                  const std::shared_ptr<const data::Source>& images,
                  const std::function<bool()>& cancel = {});

}  // namespace temper::train
