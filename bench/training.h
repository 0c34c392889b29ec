#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "temper/data/loader/batch.h"
#include "temper/distributed/group.h"
#include "temper/model/network.h"
#include "temper/recipe/recipe.h"
#include "temper/train/state.h"

/// The networks of the benchmarks, and their training.
namespace temper::bench {

struct Network {
  recipe::Recipe recipe;
  model::Task task;
  schedule::Horizon horizon = {};
};

/// quickstart, resnet18 or resnet50. Throws Error{Code::usage} for another name.
Network network_named(const std::string& name);

/// fp32 or bf16. Throws Error{Code::usage} for another name.
recipe::Precision precision_named(const std::string& name);

/// The format in which a run of this network trains if its recipe sets `precision`.
recipe::Precision resolved(const Network& network, recipe::Precision precision);

/// Random images and labels, the same on every machine. bench/peers/attack.py knows their mean and
/// deviation, too.
data::Batch batch_of(const model::Task& task, std::int64_t size);

/// Makes the loss of the first step depend on all blocks: gammas that start at 0 become 0.5.
void show_every_block(const model::Network& network);

/// Writes a network's weights and a batch, for its peer.
void write(const std::string& file, const model::Network& network, const data::Batch& batch);

/// A network in training mode, and its batch.
class Training {
 public:
  /// @param batch  images of the whole batch, of which each rank of a group has its rows
  /// @param group  null for a process on its own
  Training(const Network& network, recipe::Precision precision, std::int64_t batch,
           std::shared_ptr<distributed::Group> group);

  /// The weights and the whole batch.
  void write(const std::string& file) const;

  /// Makes two steps: returns the work of the first and the losses of both. The second loss depends
  /// on the gradients and the update of the first step. In a group also this rank's place, and its
  /// messages in a third step.
  nlohmann::json proof();

  /// @return the loss of the whole batch
  double step();

 private:
  recipe::Recipe recipe_;
  std::shared_ptr<distributed::Group> group_;
  data::Batch whole_;
  data::Batch own_;  ///< the rows of this process
  train::State state_;
};

}  // namespace temper::bench
