#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "temper/model/network.h"
#include "temper/optim/optimizer.h"
#include "temper/recipe/recipe.h"
#include "temper/regularize/averaging.h"
#include "temper/train/tensors.h"

namespace temper::train {

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
};

/// The state before the first step.
/// @param horizon  the run's length, which averages over a part of it ask for
State start(const recipe::Recipe& recipe, std::unique_ptr<model::Network> network,
            const schedule::Horizon& horizon = {});

/// Parameters and buffers under the network's names: what is averaged, saved and shipped.
std::vector<Named> weights(const model::Network& network);

}  // namespace temper::train
