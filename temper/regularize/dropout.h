#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/regularize/pass.h"

/// Forms of dropout that multiply an activation by noise of mean 1 in training, and leave it
/// unchanged in evaluation.
namespace temper::regularize {

template <class S>
constexpr auto drop_rate_field(double S::* member, std::string_view meaning) {
  return field(member, {.name = "p",
                        .meaning = meaning,
                        .bounds = {0, 1, false, true},
                        .scheduled = true,
                        .alias = "rate"});
}

/// Single elements are set to zero.
struct Dropout {
  double rate = 0.5;

  static constexpr std::string_view kind = "dropout";
  static constexpr About about = {
      .summary =
          "Every element of an activation is set to zero with probability p, and the others are "
          "scaled by 1 / (1 - p) so that the mean is preserved (inverted dropout); evaluation "
          "does not scale. The paper uses 0.5 within a network and 0.2 at its input.",
      .formula = "y = x * m / (1 - p), m = 0 with probability p, else 1",
      .paper =
          "Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from "
          "overfitting"};
  static constexpr auto fields() {
    return std::tuple{drop_rate_field(&Dropout::rate, "probability that an element is dropped")};
  }
};

/// Whole channels are set to zero.
struct SpatialDropout {
  double rate = 0.5;

  static constexpr std::string_view kind = "spatial_dropout";
  static constexpr About about = {
      .summary =
          "Every channel of an image's activation is set to zero as a whole with probability p, "
          "because neighboring elements would reveal the value of a single dropped one; the others "
          "are scaled so that the mean is preserved.",
      .formula = "y = x * m / (1 - p), m = 0 with probability p, else 1, drawn per channel",
      .paper =
          "Tompson et al. 2015, Efficient object localization using convolutional networks, "
          "arXiv:1411.4280"};
  static constexpr auto fields() {
    return std::tuple{
        drop_rate_field(&SpatialDropout::rate, "probability that a channel is dropped")};
  }
};

/// Elements are multiplied by Gaussian noise.
struct GaussianDropout {
  double rate = 0.5;

  static constexpr std::string_view kind = "gaussian_dropout";
  static constexpr About about = {
      .summary =
          "Every element of an activation is multiplied by Gaussian noise with the mean and "
          "variance of the noise of dropout.",
      .formula = "y = x * n, n normal with mean 1 and variance p / (1 - p)",
      .paper =
          "Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from "
          "overfitting, 10"};
  static constexpr auto fields() {
    return std::tuple{drop_rate_field(
        &GaussianDropout::rate, "drop probability of the dropout that has the same variance")};
  }
};

/// The noise that an activation is multiplied by: of its shape, for SpatialDropout [n, c, 1, ...].
/// @param x  [n, ...], for SpatialDropout [n, c, ...]; any floating-point type
at::Tensor noise(const Dropout& options, const at::Tensor& x, const Address& address);
at::Tensor noise(const SpatialDropout& options, const at::Tensor& x, const Address& address);
at::Tensor noise(const GaussianDropout& options, const at::Tensor& x, const Address& address);

/// x * noise; x itself at rate 0.
template <class Form>
at::Tensor drop(const Form& options, const at::Tensor& x, const Address& address) {
  return options.rate == 0 ? x : x.mul(noise(options, x, address));
}

}  // namespace temper::regularize
