#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "temper/model/network.h"
#include "temper/model/observer.h"

namespace temper::model {

/// The weight of the layer that computes the logits, [classes, d]. Throws Error{Code::usage} for a
/// network without a parameter of kind head.
at::Tensor head_of(const Network& network);

/// Collects what a network's head reads, its penultimate activations, in forward passes of this
/// thread during its lifetime. They are part of the autograd graph where the pass records one.
class HeadInputs {
 public:
  /// Throws as head_of() does.
  explicit HeadInputs(const Network& network);
  ~HeadInputs() = default;
  HeadInputs(const HeadInputs&) = delete;
  HeadInputs& operator=(const HeadInputs&) = delete;
  HeadInputs(HeadInputs&&) = delete;
  HeadInputs& operator=(HeadInputs&&) = delete;

  /// [n, d] of each pass, in the format and on the device of the computation. Throws
  /// Error{Code::usage} where there are none: the network's head is not a linear layer.
  [[nodiscard]] const std::vector<at::Tensor>& found() const;

 private:
  at::Tensor head_;
  std::vector<at::Tensor> found_;
  bool inside_ = false;  ///< within a linear() that casts and calls itself
  Observer observer_;
};

}  // namespace temper::model
