#pragma once
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// The gradient is taken where the loss is worst nearby.
struct Sam {
  double rho = 0.05;
  bool adaptive = false;

  static constexpr About about = {
      .summary =
          "Sharpness-aware minimisation, around any optimizer: the gradient is taken where the "
          "loss is worst within rho, so that wide minima are preferred. Two passes a step; "
          "BatchNorm's statistics come from the first. adaptive (ASAM) measures distance in "
          "weights' sizes and wants a larger rho, 0.5 to 2.",
      .formula =
          "e = rho * g / |g|              adaptive: e = rho * w^2 g / | |w| g |\n"
          "the optimizer steps from w by the gradient at w + e",
      .paper =
          "Foret et al. 2021, Sharpness-aware minimization, arXiv:2010.01412; adaptive: Kwon "
          "et al. 2021, ASAM, arXiv:2102.11600"};
  static constexpr auto fields() {
    return std::tuple{field(&Sam::rho, {.name = "rho",
                                        .meaning = "how far the worst neighbour is looked for",
                                        .bounds = {.low = 0},
                                        .scheduled = true}),
                      field(&Sam::adaptive, {.name = "adaptive",
                                             .meaning = "measures distance in weights' sizes"})};
  }
};

/// The weights stand at their worst neighbour while this lives; leaving the scope, also by an
/// exception, puts them back to the bit. The gradients are read, not written.
class Climbed {
 public:
  Climbed(const Sam& options, std::span<const Target> targets);
  ~Climbed();
  Climbed(const Climbed&) = delete;
  Climbed& operator=(const Climbed&) = delete;
  Climbed(Climbed&&) = delete;
  Climbed& operator=(Climbed&&) = delete;

 private:
  std::vector<at::Tensor> weights_;
  std::vector<at::Tensor> before_;
};

}  // namespace temper::optim
