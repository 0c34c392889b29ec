#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

#include "temper/model/normalise.h"

namespace temper::model {

/// A convolution with the BatchNorm after it folded into its weights, for evaluation: one pass over
/// memory for convolution, normalization, addition and ReLU. Without gradients, on the CPU. The
/// folded weights are cached until a tensor that they are computed from changes.
class Fold {
 public:
  Fold();

  /// @param weight  float, [out, in / groups, height, width]
  /// @param x       float or bfloat16, the format of the computation
  /// @param fused   `consumes` means nothing here
  [[nodiscard]] at::Tensor operator()(const at::Tensor& weight, const Window& window,
                                      const Normalisation& norm, const at::Tensor& x,
                                      const Fused& fused) const;

 private:
  struct Folded;
  std::shared_ptr<Folded> kept_;
};

}  // namespace temper::model
