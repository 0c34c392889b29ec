#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "temper/core/random.h"

/// The tree-structured Parzen estimator: Bergstra et al. 2011, Algorithms for hyper-parameter
/// optimization, in the form of hyperopt 0.2.7, for numbers from 0 to 1 and for choices. Every
/// option has estimators of its own: l(x) of the values of the good trials, g(x) of those of the
/// others; of some draws from l the one with the largest l(x) / g(x) is next.
namespace temper::tune {

/// hyperopt's defaults.
struct TpeOptions {
  std::int64_t startup = 20;     ///< trials that are drawn without it
  std::int64_t candidates = 24;  ///< draws of which one is taken
  double gamma = 0.25;           ///< see good_trials()
  double prior_weight = 1;       ///< of the prior, a normal distribution about 0.5 with deviation 1
  std::size_t forgetting = 25;   ///< the latest so many observations have full weight
};

/// Normal distributions with weights whose sum is 1, cut off outside [0, 1].
struct ParzenMixture {
  std::vector<double> weights;
  std::vector<double> means;  ///< ascending
  std::vector<double> deviations;
};

/// A component about each observation and one for the prior. Deviations are the larger distance to
/// a neighbor, of the outermost ones the only one, and limited.
/// @param observed  in the order in which they were observed
ParzenMixture parzen(std::span<const double> observed, const TpeOptions& options);

/// The logarithm of the density at x in [0, 1].
double log_density(const ParzenMixture& mixture, double x);

/// The probabilities of a choice: counts by weight, plus the prior's weight for each, normalized.
/// @param observed  in the order in which they were observed, each below `count`
std::vector<double> choice_probabilities(std::span<const std::size_t> observed, std::size_t count,
                                         const TpeOptions& options);

/// Which of the trials are good: the ceil(gamma * sqrt(n)) with the lowest losses, at most
/// `forgetting`.
std::vector<bool> good_trials(std::span<const double> losses, const TpeOptions& options);

/// The next number from 0 to 1. @param good, others  values of the trials, in their order
double next_number(std::span<const double> good, std::span<const double> others, Random random,
                   const TpeOptions& options);
/// The next of `count` choices.
std::size_t next_choice(std::span<const std::size_t> good, std::span<const std::size_t> others,
                        std::size_t count, Random random, const TpeOptions& options);

}  // namespace temper::tune
