#include "temper/model/value.h"

namespace temper::model {

Value Value::input(Graph& graph, const Shape& shape) {
  Value value;
  value.graph_ = &graph;
  value.node_ = graph.nodes.size();
  graph.nodes.push_back({.operation = Operation::input, .shape = shape});
  return value;
}

Value Value::again() const {
  auto value = *this;
  std::swap(value.tensor_, value.again_);
  return value;
}

std::array<std::int64_t, 2> Value::sides() const {
  if (recorded()) return {shape().height, shape().width};
  return {tensor_.size(2), tensor_.size(3)};
}

const Shape& Value::shape() const {
  return graph_->nodes[node_].shape;
}

Value Value::then(Node node) const {
  auto value = *this;
  node.inputs.insert(node.inputs.begin(), node_);
  if (node.shape == Shape{}) node.shape = shape();
  value.node_ = graph_->nodes.size();
  graph_->nodes.push_back(std::move(node));
  return value;
}

Value Value::then(Node node, const Value& second) const {
  node.inputs.push_back(second.node_);
  return then(std::move(node));
}

}  // namespace temper::model
