#pragma once
#include <ATen/core/Tensor.h>

namespace temper::model {

/// While this lives, the convolutions and matrix products of a network that does not choose its
/// number format itself run in a lower one: LibTorch's autocast. What they are called by matters:
/// on the CPU conv2d and linear are cast, a plain convolution is not.
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
