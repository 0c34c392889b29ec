#include "temper/model/inspection.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>

#include "temper/core/error.h"

namespace temper::model {
namespace {

constexpr std::int64_t kBytes = 4;  // of a float

std::int64_t elements(const Shape& shape) {
  return shape.channels * shape.height * shape.width;
}

using Counts = std::map<std::string, std::int64_t, std::less<>>;

Counts elements_by_name(const Network& network) {
  Counts counts;
  for (const auto& parameter : network.parameters())
    counts[parameter.name] = parameter.value.numel();
  return counts;
}

/// Elements of the parameters of a node: those of its layer, or the one that `layer` names.
std::int64_t parameters_of(const Counts& counts, const std::string& layer) {
  std::int64_t count = 0;
  for (const auto& name : {layer, layer + ".weight", layer + ".bias"})
    if (const auto found = counts.find(name); found != counts.end()) count += found->second;
  return count;
}

/// ReLU overwrites its input, or is fused with what precedes it.
bool is_in_place(const Node& node) {
  return node.operation == Operation::activation && node.function == "relu";
}

/// The most elements that results needed at the same time have, if each is freed after its last
/// reader. In evaluation normalizations are folded into convolutions.
std::int64_t largest_need(const Graph& graph) {
  const auto& nodes = graph.nodes;
  std::vector<std::size_t> last_reader(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (const auto input : nodes[i].inputs) last_reader[input] = i;
  std::int64_t alive = 0, most = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const bool in_place = is_in_place(nodes[i]) || nodes[i].operation == Operation::normalization;
    if (!in_place) alive += elements(nodes[i].shape);
    most = std::max(most, alive);
    for (const auto input : nodes[i].inputs)
      if (last_reader[input] == i && !in_place) alive -= elements(nodes[input].shape);
  }
  return most;
}

bool is_shown(const Node& node) {
  switch (node.operation) {
    case Operation::max_pool:
    case Operation::average_pool:
    case Operation::blur_pool:
    case Operation::mean:
      return true;
    default:
      return !node.layer.empty();
  }
}

}  // namespace

Inspection inspect(Network& network, const Task& task) {
  const auto graph = network.graph(task);
  if (!graph)
    throw Error(Code::usage, {.option = "model.kind"},
                "the layers of a network that a C++ program provides are not known");
  Inspection result{.task = task,
                    .parameters = parameter_count(network),
                    .multiply_adds = multiply_adds(*graph),
                    .receptive_field = receptive_field(*graph),
                    .largest = largest_need(*graph)};
  const auto counts = elements_by_name(network);
  for (const auto& buffer : network.buffers()) {
    result.buffers += buffer.value.numel();
    if (buffer.fixed) result.fixed += buffer.value.numel();
  }
  for (const auto& node : graph->nodes) {
    if (!is_in_place(node)) result.kept += elements(node.shape);
    if (!is_shown(node)) continue;
    result.layers.push_back({node.layer, node.operation, node.shape,
                             parameters_of(counts, node.layer), multiply_adds(*graph, node)});
  }
  return result;
}

std::int64_t evaluation_bytes(const Inspection& inspection, std::int64_t batch) {
  return kBytes * (inspection.parameters + inspection.buffers + batch * inspection.largest);
}

std::int64_t training_bytes(const Inspection& inspection, std::int64_t batch,
                            std::int64_t optimizer_values) {
  return kBytes * ((2 + optimizer_values) * inspection.parameters + inspection.buffers +
                   batch * inspection.kept);
}

}  // namespace temper::model
