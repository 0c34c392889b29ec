#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <span>

#include "temper/model/value.h"

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

/// Sums over the processes that share a batch; all of them call it in the same order.
class BatchSums {
 public:
  BatchSums() = default;
  virtual ~BatchSums() = default;
  BatchSums(const BatchSums&) = delete;
  BatchSums& operator=(const BatchSums&) = delete;
  BatchSums(BatchSums&&) = delete;
  BatchSums& operator=(BatchSums&&) = delete;

  /// Replaces each value by its sum over the processes.
  virtual void sum(std::span<double> values) = 0;
};

/// How layers with running statistics compute in a pass.
struct Mode {
  bool training = false;
  std::optional<double> momentum = {};  ///< of the running statistics, instead of the layer's own
  bool norm_eval = false;               ///< see Network::set_norm_eval()
  BatchSums* sums = nullptr;            ///< see Network::set_batch_sums(); null: the pass's images
                                        ///< are the batch

  /// Normalize with the batch's statistics, and update the running ones.
  [[nodiscard]] bool uses_batch() const { return training && !norm_eval; }
};

/// What is fused with a normalization.
struct Fused {
  at::Tensor added = {};  ///< as the input; added after normalization, before ReLU; undefined: none
  bool relu = false;
  /// The input has no other reader, so that its memory may be overwritten by its gradient if the
  /// backward pass does not keep the graph.
  bool consumes = false;
};

/// relu((x - mean) / sqrt(var + epsilon) * weight + bias [+ added]). In training, without
/// norm_eval, mean and variance are those of the batch and update the running ones, as in PyTorch's
/// batch_norm; otherwise they are the running ones. With Mode::sums the batch is that of all
/// processes, as in PyTorch's SyncBatchNorm.
///
/// On the CPU for float and bfloat16 in channels-last memory it is one function with its own
/// kernels, which compute in float and sum in double. Otherwise LibTorch's functions are called one
/// after the other.
/// @param x  [n, channels, h, w]
Value normalise(const Normalisation& norm, const Mode& mode, const at::Tensor& x,
                const Fused& fused = {});

}  // namespace temper::model
