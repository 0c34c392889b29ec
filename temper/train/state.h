#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "temper/model/network.h"
#include "temper/optim/optimizer.h"
#include "temper/recipe/recipe.h"
#include "temper/regularize/averaging.h"
#include "temper/regularize/early_stopping.h"
#include "temper/train/tensors.h"

namespace temper::train {

/// Copies of the weights that a run may end with in place of its last ones.
struct KeptWeights {
  std::vector<Named> raw;
  std::vector<Named> averaged;  ///< empty where there is no average
};

/// All that training changes. Everything else follows from the recipe and the step.
struct State {
  std::unique_ptr<model::Network> network;
  std::vector<optim::Target> targets;  ///< the network's parameters
  optim::State optimizer;
  std::optional<regularize::Averages> averages;  ///< see averaged.h
  recipe::Plateaus plateaus;                     ///< what schedules have seen of evaluations
  std::int64_t step = 0;                         ///< steps done, left out ones among them
  std::int64_t origin = 0;           ///< the step that the run began at: 0 unless it is a fork
  std::int64_t left_out = 0;         ///< steps that were not applied, see recipe::Guard
  std::int64_t left_out_in_row = 0;  ///< the last so many

  // With recipe.early_stopping, see stopping.h.
  std::optional<regularize::StopMemory> stop = {};  ///< what it has seen of evaluations
  std::optional<KeptWeights> best = {};  ///< of the best evaluation; only where it restores them

  // What the loss asks for beside the batch, see begin.h. Training does not change it.
  std::shared_ptr<model::Network> teacher = {};  ///< null without recipe.distillation
  at::Tensor prior = {};  ///< the classes' shares; undefined where no loss asks
};

/// The state before the first step.
/// @param horizon  the run's length, which averages over a part of it ask for
State start(const recipe::Recipe& recipe, std::unique_ptr<model::Network> network,
            const schedule::Horizon& horizon = {});

/// Parameters and buffers under the network's names: what is averaged, saved and shipped.
std::vector<Named> weights(const model::Network& network);

}  // namespace temper::train
