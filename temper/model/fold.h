#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

#include "temper/model/normalise.h"

namespace temper::model {

/// Where a convolution is applied.
struct Window {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
};

/// A convolution into which the normalisation after it is folded, as both stand in evaluation: one
/// pass over memory for convolution, normalisation, addition and ReLU. Without gradients, on the
/// CPU. What is folded is kept until a tensor that it is made of changes.
class Fold {
 public:
  Fold();

  /// @param weight  float, [out, in, height, width]
  /// @param x       float or bfloat16, the format that is computed in
  /// @param added   to the normalised, before ReLU; undefined: none
  [[nodiscard]] at::Tensor operator()(const at::Tensor& weight, const Window& window,
                                      const Normalisation& norm, const at::Tensor& x,
                                      const at::Tensor& added, bool relu) const;

 private:
  struct Kept;
  std::shared_ptr<Kept> kept_;
};

}  // namespace temper::model
