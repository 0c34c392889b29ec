#pragma once
#include <ATen/core/Tensor.h>

/// Batch normalisation with what follows it in a residual network, addition and ReLU, in as few
/// passes over memory as there can be: two in training, forward and backward, one in evaluation.
namespace temper::model {

/// A normalisation's tensors, [channels] each, and numbers.
struct Normalisation {
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor running_mean;
  at::Tensor running_var;
  double momentum;
  double epsilon;
};

/// An activation that two layers read. Their gradients are added up where they are used, not in a
/// pass of its own.
struct Activation {
  at::Tensor value;
  at::Tensor again;  ///< the same numbers in the same memory

  /// One tensor for both.
  static Activation of(const at::Tensor& x) { return {x, x}; }
};

/// relu((x - mean) / sqrt(var + epsilon) * weight + bias [+ added]). In training mean and variance
/// are those of the batch and move the running ones, as in PyTorch's batch_norm; otherwise they are
/// the running ones.
///
/// On the CPU for float and bfloat16 in channels-last memory: one function with kernels of its own,
/// which computes in float and sums in double. Everywhere else: LibTorch's functions one after the
/// other.
/// @param x         [n, channels, h, w]
/// @param added     as x, before ReLU; undefined: none
/// @param consumes  x is read by nobody else, so that its memory may hold its gradient when the
///                  backward pass does not keep the graph
Activation normalise(const Normalisation& norm, const at::Tensor& x, const at::Tensor& added,
                     bool relu, bool training, bool consumes = false);

}  // namespace temper::model
