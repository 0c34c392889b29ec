#pragma once
#include <ATen/core/Tensor.h>

#include "temper/recipe/recipe.h"
#include "temper/train/device.h"

namespace temper::train {

/// "auto" becomes bf16 on what computes in it (GPUs from Ampere on, AVX512-BF16, AMX), else fp32.
/// Throws Error{Code::usage} for bf16 where the hardware would only emulate it, a hundred times
/// slower than fp32.
recipe::Precision resolve_precision(recipe::Precision asked, const Processor& processor);

/// While this lives, convolutions and matrix products run in the precision (LibTorch's autocast);
/// weights, gradients and everything that sums stay float32.
class PrecisionScope {
 public:
  PrecisionScope(recipe::Precision precision, at::DeviceType device);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;
  PrecisionScope(PrecisionScope&&) = delete;
  PrecisionScope& operator=(PrecisionScope&&) = delete;

 private:
  at::DeviceType device_;
  bool active_;
};

}  // namespace temper::train
