#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "temper/model/observer.h"

/// The work of a training step, observed at the operators that LibTorch executes.
namespace temper::bench {

/// Multiply-adds of convolutions and matrix products.
struct MultiplyAdds {
  std::int64_t forward = 0;
  std::int64_t backward = 0;
};

/// What a process sends to the others in one call to c10d's Gloo.
struct Message {
  std::string operation;    ///< such as "all_reduce"
  std::string format = {};  ///< of its numbers
  std::int64_t bytes = 0;
};

/// Counts the convolutions and matrix products that this thread calls during its lifetime. An
/// operator that calls another (conv2d calls convolution, which calls mkldnn_convolution) counts
/// once.
class Executed {
 public:
  Executed();

  [[nodiscard]] const MultiplyAdds& multiply_adds() const { return multiply_adds_; }
  /// The number format and the memory layout of the inputs of the forward pass's convolutions, such
  /// as "fp32" and "channels_last"; several are joined by "+".
  [[nodiscard]] std::string format() const;
  [[nodiscard]] std::string layout() const;
  /// Those that the thread has waited for, in any order: two threads of Gloo send them.
  [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }

 private:
  void note(std::string_view operation, model::Observer::Values inputs);
  std::int64_t begin(std::string_view name, model::Observer::Values inputs);
  void end(std::int64_t each, model::Observer::Values outputs);
  void leave_convolution();

  MultiplyAdds multiply_adds_;
  std::set<std::string> formats_;
  std::set<std::string> layouts_;
  std::vector<Message> messages_;
  std::int64_t inside_ = 0;  ///< nesting depth of the observed operators
  at::Tensor input_;         ///< input of the innermost convolution of the forward pass
  model::Observer observer_;
};

}  // namespace temper::bench
