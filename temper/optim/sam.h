#pragma once
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Sharpness-aware minimization: the gradient is computed at perturbed weights.
struct Sam {
  double rho = 0.05;
  bool adaptive = false;

  static constexpr About about = {
      .summary =
          "Sharpness-aware minimization, around any optimizer: the gradient is computed at the "
          "perturbed weights whose loss is highest within radius rho (to first order), so that "
          "flat minima are preferred. Two forward and backward passes per step; BatchNorm's "
          "statistics come from the first. adaptive (ASAM) measures the radius relative to the "
          "magnitude of the weights and needs a larger rho, 0.5 to 2.",
      .formula =
          "e = rho * g / |g|              adaptive: e = rho * w^2 g / | |w| g |\n"
          "the optimizer updates w with the gradient at w + e",
      .paper =
          "Foret et al. 2021, Sharpness-aware minimization, arXiv:2010.01412; adaptive: Kwon "
          "et al. 2021, ASAM, arXiv:2102.11600"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Sam::rho, {.name = "rho",
                          .meaning = "radius of the weight perturbation",
                          .bounds = {.low = 0},
                          .scheduled = true}),
        field(&Sam::adaptive,
              {.name = "adaptive",
               .meaning = "measures the radius relative to the magnitude of the weights (ASAM)"})};
  }
};

/// Perturbs the weights towards a higher loss during its lifetime. Its destructor, also after an
/// exception, restores them bit for bit. The gradients are read, not written.
class PerturbedWeights {
 public:
  PerturbedWeights(const Sam& options, std::span<const Target> targets);
  ~PerturbedWeights();
  PerturbedWeights(const PerturbedWeights&) = delete;
  PerturbedWeights& operator=(const PerturbedWeights&) = delete;
  PerturbedWeights(PerturbedWeights&&) = delete;
  PerturbedWeights& operator=(PerturbedWeights&&) = delete;

 private:
  std::vector<at::Tensor> weights_;
  std::vector<at::Tensor> before_;
};

}  // namespace temper::optim
