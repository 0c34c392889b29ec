#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "temper/data/source.h"
#include "temper/measure/monte_carlo.h"
#include "temper/train/plan.h"
#include "temper/train/saved_model.h"

namespace temper::train {

/// Monte Carlo dropout: forward passes over a set in evaluation mode, with dropout as in training
/// and everything else as in evaluation. What is dropped follows from the recipe's seed, the
/// image's place in the set and the pass. The network is left in evaluation mode, without dropout.
/// Throws Error{Code::usage} where the network has no dropout.
/// @param passes  over every image, >= 1
/// @param cancel  asked before every batch, when set; true ends the work with Cancelled
measure::MonteCarlo predict_monte_carlo(model::Network& network, const Plan& plan,
                                        const std::shared_ptr<const data::Source>& images,
                                        std::int64_t passes,
                                        const std::function<bool()>& cancel = {});

/// What the passes say of one picture.
struct UnsureGuess {
  std::string name;
  double probability = 0;  ///< mean over the passes
  double deviation = 0;    ///< standard deviation over them
};
struct UnsureGuesses {
  std::vector<UnsureGuess> top;  ///< the most probable first
  double entropy = 0;            ///< see measure::MonteCarlo
  double information = 0;
};

/// The same of a saved network for one picture, at the network's temperature, if it has one. The
/// draws don't depend on what other pictures are asked about. Throws Error{Code::usage} for fewer
/// than two passes, for a network without dropout, and where a schedule moved its rates, whose last
/// values are not saved.
/// @param k  classes to name
UnsureGuesses classify_monte_carlo(SavedModel& model, const io::Image& image, std::int64_t k,
                                   std::int64_t passes);

}  // namespace temper::train
