#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

namespace temper::model {

/// A parameter in the number format of a layer's input. A copy in a lower format is cached and
/// renewed when the parameter has changed: once per step, regardless of how often the layer is
/// used. The gradient is that of the parameter, in its format.
class CastParameter {
 public:
  explicit CastParameter(at::Tensor parameter);

  [[nodiscard]] const at::Tensor& parameter() const { return parameter_; }
  [[nodiscard]] at::Tensor in(at::ScalarType format) const;

 private:
  struct Copy;

  at::Tensor parameter_;
  std::shared_ptr<Copy> copy_;
};

}  // namespace temper::model
