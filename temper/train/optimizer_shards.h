#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "temper/distributed/group.h"
#include "temper/distributed/owned.h"
#include "temper/optim/optimizer.h"
#include "temper/recipe/recipe.h"
#include "temper/train/tensors.h"

/// The optimizer's state divided over the ranks, recipe.shard_optimizer: stage 1 of ZeRO
/// (Rajbhandari et al. 2020, ZeRO: memory optimizations toward training trillion parameter models,
/// arXiv:1910.02054). Each rank keeps the state of its own parameters, updates these with the
/// summed gradients, and sends them to the others.
///
/// No rule looks at several parameters at once, and numbers that belong to none (a sum of weights)
/// are a function of the step, which every rank keeps: so a rank's part is the state of an
/// optimizer of its parameters alone, and the bits are those of a state that is not divided.
namespace temper::train {

struct State;

/// Which parameters are whose, the same on all ranks.
class OptimizerShards {
 public:
  /// @param recipe   its optimizer as the state is started with it
  /// @param targets  all parameters that are optimized
  OptimizerShards(const recipe::Recipe& recipe, std::span<const optim::Target> targets,
                  std::int64_t ranks, std::int64_t rank);

  /// The owner of each parameter.
  [[nodiscard]] const std::vector<std::int64_t>& owners() const { return owners_; }
  /// The parameters of this rank, in their order.
  [[nodiscard]] std::vector<optim::Target> own(std::span<const optim::Target> targets) const;
  /// Names, shapes and types of the whole state, for the most part without memory.
  [[nodiscard]] std::span<const Named> layout() const { return layout_; }
  /// Bytes of the state of the rank with the most.
  [[nodiscard]] std::uint64_t most_bytes() const;

  /// The whole state before the first step.
  [[nodiscard]] optim::State start(std::span<const optim::Target> targets) const;
  /// This rank's part of a whole state, whose memory it shares.
  [[nodiscard]] optim::State part_of(const optim::State& whole) const;

  /// Gives each rank its part of rank 0's state, in messages of about 25 MiB.
  /// @param whole  of rank 0; not looked at on the others
  /// @param part   of this rank, whose tensors are overwritten
  void scatter(const optim::State& whole, const optim::State& part,
               distributed::Group& group) const;
  /// Gives rank 0 the tensors of the whole state, one after the other in their order, in messages
  /// of about 25 MiB. @param take  called on rank 0, with tensors on the CPU
  void gather(const optim::State& part, distributed::Group& group, const TensorSink& take) const;
  /// Gives all ranks the values of parameters that their owners have updated. Those that are not
  /// trained are left out.
  void share(std::span<const optim::Target> targets, distributed::Group& group) const;
  /// The messages of share().
  [[nodiscard]] std::vector<distributed::OwnedMessage> messages(
      std::span<const optim::Target> targets) const;

 private:
  /// Tensors of the layout from `first` to before `last`.
  struct Round {
    std::size_t first = 0;
    std::size_t last = 0;
  };

  void find_parts(std::span<const optim::Target> blank);
  [[nodiscard]] std::vector<Round> rounds() const;
  [[nodiscard]] const std::vector<std::size_t>& indices(std::int64_t rank) const;
  [[nodiscard]] std::int64_t bytes(std::size_t tensor) const;

  const std::int64_t ranks_;
  const std::int64_t rank_;
  const optim::Optimizer optimizer_;
  const bool slow_weights_;  ///< of Lookahead
  std::vector<std::int64_t> owners_;
  std::vector<Named> layout_;
  std::vector<std::vector<std::size_t>> parts_;  ///< of each rank: ascending indices of the layout
  std::vector<std::int64_t> sources_;            ///< of each tensor: the first rank that has it
};

/// The optimizer's state before the first step, with Lookahead's slow weights where there are any.
optim::State start_optimizer(const optim::Optimizer& optimizer, bool slow_weights,
                             std::span<const optim::Target> targets);

/// Keeps of a state's optimizer the part of this rank, where the run divides it and that is not
/// done yet. @return the optimizer's state before
optim::State divide_optimizer(State& state);
/// Undoes it: the optimizer's state is the whole one, before its first step.
void undivide_optimizer(State& state);

/// The parameters that this rank updates: its own, or all where the state is not divided.
std::vector<optim::Target> updated_targets(const State& state);
/// Gives all ranks, in place, tensors that belong to the state's targets, those of their owners.
/// Does nothing where the state is not divided.
/// @param values  of the first targets
void share_owned(const State& state, std::span<const Named> values);

}  // namespace temper::train
