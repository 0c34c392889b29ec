#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"
#include "temper/measure/monte_carlo.h"
#include "temper/train/plan.h"
#include "temper/train/saved_model.h"

namespace temper::evaluate {

/// Monte Carlo dropout: stochastic forward passes over a set, with dropout as in training and all
/// else as in evaluation. The dropout masks are a function of the recipe's seed, the image's index
/// in the set and the pass. Leaves the network in evaluation mode, without dropout. Throws
/// Error{Code::usage} where the network has no dropout.
/// @param passes  number of stochastic forward passes over every image, >= 1
/// @param cancel  when set, called before every batch; true ends the work by throwing Cancelled
measure::MonteCarlo predict_monte_carlo(model::Network& network, const train::Plan& plan,
                                        const std::shared_ptr<const data::Source>& images,
                                        std::int64_t passes,
                                        const std::function<bool()>& cancel = {});

/// A class predicted by Monte Carlo dropout.
struct McDropoutPrediction {
  std::string name;
  double probability = 0;        ///< mean over the passes
  double deviation = 0;          ///< standard deviation over the passes
  std::string description = {};  ///< of the class; "": none
  std::int64_t index = 0;        ///< of the class: names need not be different
};
struct McDropoutPredictions {
  std::vector<McDropoutPrediction> top;  ///< the most probable first
  double entropy = 0;                    ///< see measure::MonteCarlo
  double information = 0;
};

/// Monte Carlo dropout with a saved model on a single picture, at the model's temperature, if it
/// has one. The dropout masks do not depend on other pictures. Throws Error{Code::usage} for fewer
/// than two passes, for a network without dropout, and where a schedule changed the dropout rates,
/// whose last values are not saved.
/// @param input  train::network_input() of the picture
/// @param k      number of classes to return
McDropoutPredictions classify_monte_carlo(train::SavedModel& model, const at::Tensor& input,
                                          std::int64_t k, std::int64_t passes);

}  // namespace temper::evaluate
