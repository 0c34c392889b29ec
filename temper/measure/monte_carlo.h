#pragma once
#include <ATen/core/Tensor.h>

/// Predictions and their uncertainty from several stochastic forward passes (Monte Carlo dropout).
namespace temper::measure {

/// Gal and Ghahramani 2016, Dropout as a Bayesian approximation, arXiv:1506.02142; information:
/// Houlsby et al. 2011, arXiv:1112.5745. All float64; entropies in nats.
struct MonteCarlo {
  at::Tensor probabilities;  ///< [n, classes], the mean over the passes
  at::Tensor deviations;     ///< [n, classes], their standard deviation over the passes (n - 1); 0
                             ///< for a single pass
  at::Tensor entropy;        ///< [n], of these probabilities: the total uncertainty
  at::Tensor information;    ///< [n], mutual information: entropy minus the mean entropy of the
                             ///< passes, high where they disagree
};

/// @param logits  [passes, n, classes]
MonteCarlo monte_carlo(const at::Tensor& logits);

}  // namespace temper::measure
