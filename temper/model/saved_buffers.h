#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "temper/model/network.h"

namespace temper::model {

/// A copy of a network's buffers, for passes in training mode that must leave them as they are.
class SavedBuffers {
 public:
  /// @param network  must live as long as this object, on the same device
  explicit SavedBuffers(const Network& network);
  /// Copies the saved values back into the network.
  void restore() const;

 private:
  const Network& network_;
  std::vector<at::Tensor> values_;
};

}  // namespace temper::model
