#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "temper/model/graph.h"

namespace temper::model {

/// What flows through a network: the activations of a batch, or a node while the network's graph is
/// recorded. A network is one function from values to values, and so are its layers (layers.h) and
/// the operations without weights (operations.h).
class Value {
 public:
  Value() = default;
  Value(at::Tensor tensor)  // NOLINT(google-explicit-constructor): layers are called with tensors
      : Value(tensor, tensor) {}
  /// @param again  for a second reader: the same numbers in the same memory. The gradients of both
  ///               are added where they are used, without a separate pass.
  Value(at::Tensor tensor, at::Tensor again)
      : tensor_(std::move(tensor)), again_(std::move(again)) {}

  /// The image from which a graph is recorded; the graph must outlive all values made from it.
  static Value input(Graph& graph, const Shape& shape);

  /// Undefined while a graph is recorded.
  [[nodiscard]] const at::Tensor& tensor() const { return tensor_; }
  /// The same value for a second reader; see the constructor.
  [[nodiscard]] Value again() const;

  [[nodiscard]] bool defined() const { return graph_ != nullptr || tensor_.defined(); }
  [[nodiscard]] bool recorded() const { return graph_ != nullptr; }
  /// Height and width of a map.
  [[nodiscard]] std::array<std::int64_t, 2> sides() const;

  // While a graph is recorded:
  [[nodiscard]] const Shape& shape() const;
  /// The result of a node whose first input is this value; without a shape it keeps this one's.
  [[nodiscard]] Value then(Node node) const;
  /// The same with a second input.
  [[nodiscard]] Value then(Node node, const Value& second) const;

 private:
  at::Tensor tensor_;
  at::Tensor again_;
  Graph* graph_ = nullptr;
  std::size_t node_ = 0;
};

}  // namespace temper::model
