#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <set>
#include <string>

#include "temper/model/observer.h"

/// What a step of training really does, seen at the operators that LibTorch runs.
namespace temper::bench {

/// Multiply-adds of convolutions and matrix products.
struct MultiplyAdds {
  std::int64_t forward = 0;
  std::int64_t backward = 0;
};

/// Sees the convolutions and matrix products that this thread calls while it lives. One that calls
/// another (conv2d calls convolution, which calls mkldnn_convolution) counts once.
class Executed {
 public:
  Executed();

  [[nodiscard]] const MultiplyAdds& multiply_adds() const { return multiply_adds_; }
  /// The number format and the memory layout of what the forward pass's convolutions were given,
  /// "fp32" and "channels_last" for example; several are joined by "+".
  [[nodiscard]] std::string format() const;
  [[nodiscard]] std::string layout() const;

 private:
  std::int64_t begin(std::string_view name, model::Observer::Values inputs);
  void end(std::int64_t each, model::Observer::Values outputs);
  void leave_convolution();

  MultiplyAdds multiply_adds_;
  std::set<std::string> formats_;
  std::set<std::string> layouts_;
  std::int64_t inside_ = 0;  ///< operators that were entered and not left
  at::Tensor input_;         ///< of the innermost convolution of the forward pass
  model::Observer observer_;
};

}  // namespace temper::bench
