#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

namespace temper::model {

/// A parameter in the number format of a layer's input. A copy in a lower format is cached and
/// renewed when the parameter has changed: once per step, regardless of how often the layer is
/// used. The gradient is that of the parameter, in its format.
///
/// The copy is not cast again after a change of the parameter that changed it as well: whoever
/// writes to both bumps their versions by the same number.
class CastParameter {
 public:
  explicit CastParameter(at::Tensor parameter);

  [[nodiscard]] const at::Tensor& parameter() const { return parameter_; }
  [[nodiscard]] at::Tensor in(at::ScalarType format) const;

  /// The cached copy, the same tensor throughout: empty until the first in() of a lower format,
  /// then in that format and the parameter's memory layout.
  [[nodiscard]] const at::Tensor& copy() const;

 private:
  struct Copy;

  at::Tensor parameter_;
  std::shared_ptr<Copy> copy_;
};

}  // namespace temper::model
