#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "temper/distributed/buckets.h"
#include "temper/distributed/group.h"
#include "temper/loss/inputs.h"
#include "temper/model/network.h"
#include "temper/optim/optimizer.h"
#include "temper/recipe/recipe.h"

/// Training by several processes, each with a part of every batch and a copy of the network: the
/// phase reduce of a step.
namespace temper::train {

class DataParallel;
class OptimizerShards;

/// Refuses recipes with methods that are not defined for batches whose rows are in several
/// processes, and batches of fewer rows than processes. Throws Error{Code::usage}.
void check_data_parallel(const recipe::Recipe& recipe, std::int64_t ranks);

/// Replaces the running statistics of each rank's network by their mean.
void average_statistics(const model::Network& network, distributed::Group& group);

/// Makes a network's BatchNorm layers use the statistics of the whole batch, for recipe.sync_bn.
/// Throws Error{Code::usage} where it has none.
void synchronise_statistics(model::Network& network,
                            const std::shared_ptr<distributed::Group>& group);
/// The same with other sums than those over a group.
void synchronise_statistics(model::Network& network, std::shared_ptr<model::BatchSums> sums);

/// Numbers of the running statistics, which the ranks average in every step.
std::int64_t statistics_count(const model::Network& network);

/// The number format in which ranks send and add up gradients; empty: that of the parameters.
std::optional<at::ScalarType> gradient_format(recipe::CommHook hook);

/// The number of micro-batches of a step, the same on all ranks: at most one for each image of the
/// rank with the fewest.
/// @param rows   of the whole batch
/// @param ranks  null: one process
std::int64_t micro_batches(const recipe::Recipe& recipe, std::int64_t rows,
                           const DataParallel* ranks);

/// Whether any rank says so; the same answer on all.
bool any_of(distributed::Group& group, bool own);

/// What the ranks agree on with each step, without a message of its own.
struct Agreed {
  bool stop = false;         ///< a rank has been asked to stop
  std::int64_t skipped = 0;  ///< images of the step that were replaced, on all ranks
  bool save = false;         ///< for a rank it is time for a checkpoint
};

/// What a step sums over the ranks: gradients in buckets, the loss, the statistics of normalization
/// layers (their mean). The same on all ranks afterwards, in every bit.
class DataParallel {
 public:
  /// @param network  must live as long as this object, with the same parameters
  /// @param hook     how gradients are exchanged, see recipe.comm_hook
  /// @param shards   how the optimizer's state is divided; null: it is not
  DataParallel(std::shared_ptr<distributed::Group> group, const model::Network& network,
               const std::vector<optim::Target>& targets,
               recipe::CommHook hook = recipe::CommHook::allreduce,
               std::shared_ptr<const OptimizerShards> shards = nullptr);

  [[nodiscard]] distributed::Group& group() const { return *group_; }
  [[nodiscard]] const std::shared_ptr<const OptimizerShards>& shards() const { return shards_; }

  /// Sums what the losses are divided by.
  void sum(loss::Counts& labels, double& rows) const;

  /// What this rank says in its next step, for agreed().
  void say(const Agreed& own) { own_ = own; }
  /// What all ranks have said in the last step.
  [[nodiscard]] const Agreed& agreed() const { return agreed_; }

  /// Agrees on a stop before the first step.
  void agree_on_stop(bool own);

  /// Before the last backward pass that adds to the gradients.
  /// @param loss        this rank's share, without a graph
  /// @param statistics  the network's buffers are those after the step
  void begin(const at::Tensor& loss, bool statistics);
  /// After that pass. @return the loss of the whole batch
  at::Tensor finish();

 private:
  std::shared_ptr<distributed::Group> group_;
  const model::Network& network_;
  std::shared_ptr<const OptimizerShards> shards_;
  distributed::Buckets buckets_;
  Agreed own_;
  Agreed agreed_;
  at::Tensor tally_;  ///< loss, votes, skipped images
  at::Tensor loss_;   ///< this rank's
  at::Tensor statistics_;
  distributed::Group::Pending tally_pending_;
  distributed::Group::Pending statistics_pending_;
};

}  // namespace temper::train
