#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "temper/augment/pixels/normalisation.h"
#include "temper/model/network.h"
#include "temper/optim/optimizer.h"
#include "temper/recipe/recipe.h"
#include "temper/regularize/averaging.h"
#include "temper/regularize/early_stopping.h"
#include "temper/train/tensors.h"

namespace temper::train {

class DataParallel;
class OptimizerShards;

/// Copies of the best weights, which a run may restore at its end.
struct KeptWeights {
  std::vector<Named> raw;
  std::vector<std::vector<Named>> averaged;  ///< those of each average
};

/// Everything that training changes. All else is a function of the recipe and the step.
struct State {
  std::unique_ptr<model::Network> network;
  std::vector<optim::Target> targets;  ///< the network's parameters, then those of the projection
  std::vector<Named> finite_buffers;   ///< those that the guard checks: a constant of a user's
                                       ///< module may be infinite from the start
  std::vector<Named> projection = {};  ///< of distillation.features; empty: none, see projection.h
  optim::State optimizer;
  std::vector<regularize::Averages> averages;  ///< see averaged.h
  recipe::Plateaus plateaus;                   ///< plateau schedules' records of evaluations
  std::int64_t step = 0;                       ///< steps done, including skipped ones
  std::int64_t origin = 0;           ///< the step that the run started at: 0 unless it is a fork
  std::int64_t left_out = 0;         ///< steps that were not applied, see recipe::Guard
  std::int64_t left_out_in_row = 0;  ///< consecutive ones up to now
  bool scales_by_step = false;       ///< a schedule drives a factor of `parameters`

  /// The moving average of the network that teaches it, see unlabelled.h; null without one.
  std::unique_ptr<model::Network> mean_teacher = {};

  /// Of free adversarial training, see free_perturbation.h; undefined without.
  at::Tensor perturbation = {};

  // With recipe.early_stopping, see stopping.h.
  std::optional<regularize::EarlyStoppingState> stop = {};  ///< its record of evaluations
  std::optional<KeptWeights> best = {};  ///< of the best evaluation; only with restore_best

  // What the objective needs besides the batch, see begin.h. Training does not change it.
  std::shared_ptr<model::Network> teacher = {};  ///< null without one, see Teacher
  at::Tensor teacher_logits = {};  ///< of the training images by Batch::ids; undefined without them
  at::Tensor prior = {};  ///< class frequencies; undefined where the loss does not use them
  augment::Normalisation normalisation = {};  ///< of the images; empty: unknown

  /// What ties the steps of several processes together; null in a process on its own. It refers to
  /// the network.
  std::shared_ptr<DataParallel> ranks = {};

  /// When not null, `optimizer` is the part of this rank, see optimizer_shards.h.
  std::shared_ptr<const OptimizerShards> shards = {};
};

/// The state before the first step.
/// @param horizon     the run's length, for averages over a part of it
/// @param projection  trained along with the network, as parameters of its last layer
State start(const recipe::Recipe& recipe, std::unique_ptr<model::Network> network,
            const schedule::Horizon& horizon = {}, std::vector<Named> projection = {});

/// Begins anew what a state before the first step has of its network's weights, after these were
/// changed: the optimizer's state and the averages. @param horizon  as in start()
void restart(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon);

/// Sets the targets' factors on learning rate and weight decay. start() does, and step() where
/// `scales_by_step`.
void scale_targets(State& state, const recipe::Recipe& recipe);

/// The part of a state that a run keeps of its training: averages of the weights, and the records
/// of its evaluations. Training depends on it only where a plateau schedule does.
struct Kept {
  std::vector<regularize::Averages> averages;
  recipe::Plateaus plateaus;
  std::optional<regularize::EarlyStoppingState> stop;
  std::optional<KeptWeights> best;
};

/// Exchanges this part of the state.
void exchange(State& state, Kept& kept);

/// This part before the first step. @param horizon  as in start()
void begin_kept(State& state, const recipe::Recipe& recipe, const schedule::Horizon& horizon);

/// Parameters and buffers by the network's names: what is averaged, saved and exported.
std::vector<Named> weights(const model::Network& network);

}  // namespace temper::train
