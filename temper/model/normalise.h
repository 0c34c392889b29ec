#pragma once
#include <ATen/core/Tensor.h>

/// Batch normalization fused with the addition and ReLU that follow it in a residual network, in as
/// few passes over memory as possible: in training two forward and two backward, in evaluation one.
namespace temper::model {

/// The tensors, [channels] each, and constants of a normalization.
struct Normalisation {
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor running_mean;
  at::Tensor running_var;
  double momentum;
  double epsilon;
};

/// An activation that two layers read. Their gradients are added where they are used, without a
/// separate pass.
struct Activation {
  at::Tensor value;
  at::Tensor again;  ///< the same numbers in the same memory

  /// One tensor for both.
  static Activation of(const at::Tensor& x) { return {x, x}; }
};

/// relu((x - mean) / sqrt(var + epsilon) * weight + bias [+ added]). In training mean and variance
/// are those of the batch and update the running ones, as in PyTorch's batch_norm; otherwise they
/// are the running ones.
///
/// On the CPU for float and bfloat16 in channels-last memory it is one function with its own
/// kernels, which compute in float and sum in double. Otherwise LibTorch's functions are called one
/// after the other.
/// @param x         [n, channels, h, w]
/// @param added     as x, before ReLU; undefined: none
/// @param consumes  x has no other reader, so that its memory may be overwritten by its gradient if
///                  the backward pass does not keep the graph
Activation normalise(const Normalisation& norm, const at::Tensor& x, const at::Tensor& added,
                     bool relu, bool training, bool consumes = false);

}  // namespace temper::model
