#pragma once
#include <ATen/core/Tensor.h>

namespace temper::model {

/// Enables LibTorch's autocast during the lifetime of this object, for networks that do not choose
/// their number format themselves. The operators that they call matter: on the CPU conv2d and
/// linear are cast, a plain convolution is not.
class Autocast {
 public:
  Autocast(at::ScalarType format, at::DeviceType device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  Autocast(Autocast&&) = delete;
  Autocast& operator=(Autocast&&) = delete;

 private:
  at::DeviceType device_;
};

}  // namespace temper::model
