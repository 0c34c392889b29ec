#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/regularize/pass.h"

namespace temper::regularize {

/// Gaussian noise added to the gradient.
struct GradientNoise {
  double eta = 0.01;
  double gamma = 0.55;

  static constexpr About about = {
      .summary =
          "Gaussian noise is added to every gradient right before the update, after clipping; its "
          "variance decreases during training. The paper chooses eta from 0.01, 0.3 and 1.",
      .formula = "g <- g + n, n normal with variance eta / (1 + t)^gamma at step t = 0, 1, ...",
      .paper =
          "Neelakantan et al. 2015, Adding gradient noise improves learning for very deep "
          "networks, arXiv:1511.06807"};
  static constexpr auto fields() {
    return std::tuple{
        field(&GradientNoise::eta, {.name = "eta",
                                    .meaning = "variance at the first step",
                                    .bounds = {.low = 0},
                                    .scheduled = true}),
        field(&GradientNoise::gamma, {.name = "gamma",
                                      .meaning = "exponent of the decrease of the variance",
                                      .bounds = {.low = 0}})};
  }
};

/// @param step  0-based
double noise_variance(const GradientNoise& options, std::int64_t step);

/// A weight and its name, by which its noise is addressed.
struct NamedWeight {
  std::string_view name;
  const at::Tensor& value;
};

/// Adds noise to the gradient of a weight, unless it has none. Processes that share a batch draw
/// the same noise.
void add_noise(const GradientNoise& options, const NamedWeight& weight, const Pass& pass);

}  // namespace temper::regularize
