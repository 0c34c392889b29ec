#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace temper::model {

/// Detects whether a tensor has been written to: equal stamps mean equal values. Code that writes
/// through a pointer must bump the tensor's version.
struct TensorVersion {
  const void* data = nullptr;
  std::int64_t version = -1;

  static TensorVersion of(const at::Tensor& tensor) {
    return {tensor.const_data_ptr(), static_cast<std::int64_t>(tensor._version())};
  }
  friend bool operator==(const TensorVersion&, const TensorVersion&) = default;
};

}  // namespace temper::model
