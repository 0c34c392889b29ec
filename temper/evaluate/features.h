#pragma once
#include <functional>
#include <memory>

#include "temper/data/sources/source.h"
#include "temper/model/head_inputs.h"
#include "temper/train/plan.h"

namespace temper::evaluate {

/// A network's penultimate activations, the input of its head.
struct Features {
  at::Tensor activations;  ///< float32 [n, d], on the CPU
  at::Tensor labels;       ///< int64 [n]
};

using model::head_of;

/// The features of a batch, the input of the network's head in a forward pass in evaluation mode,
/// in which it leaves the network. Throws as features() does.
/// @param images  the network's input, float [n, channels, height, width]
/// @return float32 [n, d], on the CPU
at::Tensor features_of(model::Network& network, const at::Tensor& images);

/// Computes the features of a set with forward passes as in predict(). Throws as head_of() does,
/// and Error{Code::usage} for a network whose head is not a linear layer.
/// @param cancel  when set, called before every batch; true ends the work by throwing Cancelled
Features features(model::Network& network, const train::Plan& plan,
                  const std::shared_ptr<const data::Source>& images,
                  const std::function<bool()>& cancel = {});

}  // namespace temper::evaluate
