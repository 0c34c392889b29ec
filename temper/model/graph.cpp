#include "temper/model/graph.h"

#include <algorithm>

namespace temper::model {

Shape Window::output(const Shape& input, std::int64_t channels) const {
  const auto side = [&](std::int64_t pixels) {
    return (pixels + 2 * padding - kernel) / stride + 1;
  };
  return {channels, side(input.height), side(input.width)};
}

std::int64_t multiply_adds(const Graph& graph, const Node& node) {
  const bool filters = node.operation == Operation::blur_pool;  // every channel alone
  if (!filters && node.operation != Operation::convolution && node.operation != Operation::linear)
    return 0;
  const auto& [kernel, stride, padding, groups] = node.window;
  const auto in = graph.nodes[node.inputs.front()].shape.channels;
  const auto each = (filters ? 1 : in / groups) * kernel * kernel;
  return node.shape.channels * node.shape.height * node.shape.width * each;
}

std::int64_t multiply_adds(const Graph& graph) {
  std::int64_t total = 0;
  for (const auto& node : graph.nodes) total += multiply_adds(graph, node);
  return total;
}

std::int64_t receptive_field(const Graph& graph) {
  struct Field {
    std::int64_t side = 1;
    std::int64_t distance = 1;  ///< of neighboring elements, in pixels of the input
  };
  std::vector<Field> fields;
  std::int64_t largest = 1;
  for (const auto& node : graph.nodes) {
    Field field;
    for (const auto input : node.inputs) {
      field.side = std::max(field.side, fields[input].side);
      field.distance = std::max(field.distance, fields[input].distance);
    }
    field.side += (node.window.kernel - 1) * field.distance;
    field.distance *= node.window.stride;
    fields.push_back(field);
    largest = std::max(largest, field.side);
  }
  return largest;
}

}  // namespace temper::model
