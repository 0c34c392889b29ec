#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace temper::train {

/// Whether tensors are free of NaN and infinity. Undefined, empty and integer tensors are.
bool is_finite(const at::Tensor& tensor);

/// The same for many tensors: those on a device are looked at together, with a single
/// synchronization.
class FiniteCheck {
 public:
  void add(const at::Tensor& tensor);

  /// Whether all tensors are finite. A double on a device that is too large for float counts as
  /// infinite.
  [[nodiscard]] bool passed() const;

 private:
  bool finite_ = true;  ///< those in the memory of the processor
  std::vector<at::Tensor> on_device_;
};

}  // namespace temper::train
