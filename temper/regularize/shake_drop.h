#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/regularize/depth.h"
#include "temper/regularize/pass.h"

namespace temper::regularize {

/// The unit for which a pair of factors is drawn.
enum class ShakeLevel : std::uint8_t { batch, image, channel, pixel };

/// Residual branches are multiplied by random factors.
struct ShakeDrop {
  double rate = 0.5;
  DepthRule rule = DepthRule::linear;
  ShakeLevel level = ShakeLevel::image;
  double alpha_low = -1;
  double alpha_high = 1;
  double beta_low = 0;
  double beta_high = 1;

  static constexpr About about = {
      .summary =
          "The branch of a residual block is perturbed at random, in later blocks with a higher "
          "probability: it is multiplied by alpha in the forward pass and its gradient by beta in "
          "the backward pass. Replaces stochastic depth.",
      .formula =
          "forward:    y = x + (b + a - b a) f(x), b = 0 with the rate of the block, else 1, for "
          "the whole batch\n"
          "backward:   the gradient through f is multiplied by b + c - b c\n"
          "evaluation: y = x + E[b + a - b a] f(x) = x + (1 - rate + rate * E[a]) f(x)\n"
          "a uniform in [alpha_low, alpha_high], c in [beta_low, beta_high]; rule: as for "
          "stochastic depth",
      .paper = "Yamada et al. 2018, ShakeDrop regularization, arXiv:1802.02375"};
  static constexpr auto fields() {
    const Bounds any{-10, 10};
    return std::tuple{
        field(&ShakeDrop::rate,
              {.name = "rate",
               .meaning = "probability that the branch of the last block is perturbed",
               .bounds = {0, 1, false, true}}),
        field(&ShakeDrop::rule, {.name = "rule", .meaning = "how the rate grows with depth"}),
        field(&ShakeDrop::level,
              {.name = "level",
               .meaning = "whether a pair of factors is drawn per batch, image, channel or pixel"}),
        field(
            &ShakeDrop::alpha_low,
            {.name = "alpha_low", .meaning = "smallest factor in the forward pass", .bounds = any}),
        field(
            &ShakeDrop::alpha_high,
            {.name = "alpha_high", .meaning = "largest factor in the forward pass", .bounds = any}),
        field(
            &ShakeDrop::beta_low,
            {.name = "beta_low", .meaning = "smallest factor in the backward pass", .bounds = any}),
        field(&ShakeDrop::beta_high, {.name = "beta_high",
                                      .meaning = "largest factor in the backward pass",
                                      .bounds = any})};
  }
};

/// Throws Error{Code::usage} if the lower end of a range is above its upper end.
/// @param path  the options' path in the message
void check(const ShakeDrop& options, std::string_view path);

/// The value of x * forward with the gradient of x * backward.
at::Tensor shaken(const at::Tensor& x, const at::Tensor& forward, const at::Tensor& backward);

/// Applies ShakeDrop to the branch of a block with that rate, in training.
/// @param branch  [n, c, h, w]
at::Tensor apply_shake_drop(const ShakeDrop& options, const at::Tensor& branch, double rate,
                            const Address& address);

/// The factor of the branch in evaluation.
double branch_scale(const ShakeDrop& options, double rate);

}  // namespace temper::regularize

template <>
struct temper::EnumNames<temper::regularize::ShakeLevel> {
  static constexpr std::array<std::string_view, 4> value{"batch", "image", "channel", "pixel"};
};
