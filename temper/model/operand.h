#pragma once
#include <ATen/core/Tensor.h>

#include <memory>

namespace temper::model {

/// A parameter as layers compute with it: in the number format of their input. A lower format than
/// the parameter's is a copy that is kept, made again where the parameter has changed since: once a
/// step, however often the layer is used in it. The gradient is the parameter's, in its format.
class Operand {
 public:
  explicit Operand(at::Tensor parameter);

  [[nodiscard]] const at::Tensor& parameter() const { return parameter_; }
  [[nodiscard]] at::Tensor in(at::ScalarType format) const;

 private:
  struct Copy;

  at::Tensor parameter_;
  std::shared_ptr<Copy> copy_;
};

}  // namespace temper::model
