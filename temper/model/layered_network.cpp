#include "temper/model/layered_network.h"

#include <algorithm>
#include <utility>

namespace temper::model {

bool LayeredNetwork::set_statistics_momentum(std::optional<double> momentum) {
  momentum_ = momentum;
  return !weights_.buffers().empty() && !norm_eval_;
}

bool LayeredNetwork::set_norm_eval(bool on) {
  norm_eval_ = on;
  return !weights_.buffers().empty();
}

bool LayeredNetwork::set_batch_sums(std::shared_ptr<BatchSums> sums) {
  sums_ = std::move(sums);
  return !weights_.buffers().empty();
}

void LayeredNetwork::freeze(std::int64_t count) {
  const auto first = count == 0 ? 0 : stage_ends_[static_cast<std::size_t>(count - 1)];
  if (first != first_trainable_layer_) weights_.freeze_below(first);
  first_trainable_layer_ = first;
}

Value LayeredNetwork::transformed(Value x, std::int64_t stage) const {
  const auto* const transform = stage_transform();
  if (transform == nullptr || transform->stage != stage || x.recorded()) return x;
  return transform->apply(x.tensor());
}

std::optional<Graph> LayeredNetwork::graph(const Task& task) {
  const bool training = std::exchange(training_, false);
  Graph graph;
  (void)logits(Value::input(graph, {task.channels, task.height, task.width}));
  training_ = training;
  return graph;
}

}  // namespace temper::model
