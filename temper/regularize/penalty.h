#pragma once
#include <ATen/core/Tensor.h>

#include <span>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::regularize {

/// Penalties on the size of the weights, a part of the loss. They reach weights that weight decay
/// would, and stand beside it.
struct Penalty {
  double l1 = 0;
  double l2 = 0;

  static constexpr About about = {
      .summary =
          "Penalties on the size of the weights, a part of the loss that enters through its "
          "gradient; norms and biases are left out as weight decay leaves them. Keras' l2(k) is "
          "twice as strong: l2 = 2k.",
      .formula = "loss + l1 * sum|w| + (l2 / 2) * sum w^2,  so g <- g + l1 * sign(w) + l2 * w"};
  static constexpr auto fields() {
    return std::tuple{field(&Penalty::l1, {.name = "l1",
                                           .meaning = "strength of the sum of absolute values",
                                           .bounds = {.low = 0},
                                           .scheduled = true}),
                      field(&Penalty::l2, {.name = "l2",
                                           .meaning = "strength of half the sum of squares",
                                           .bounds = {.low = 0},
                                           .scheduled = true})};
  }
};

/// Adds the penalty's gradient to those of the weights; a weight without one gets it.
void penalise(const Penalty& options, std::span<const at::Tensor> weights);

/// Every unit's weights (a row, a filter) are kept within a length.
struct MaxNorm {
  double limit = 3;

  static constexpr About about = {
      .summary =
          "After every step each unit's weights (a row, a filter) are brought back to a "
          "length; shorter ones stay.",
      .formula = "w <- w * min(1, limit / |w|) for every unit",
      .paper =
          "Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from "
          "overfitting"};
  static constexpr auto fields() {
    return std::tuple{field(&MaxNorm::limit, {.name = "limit",
                                              .meaning = "the longest that a unit's weights may be",
                                              .bounds = {.low = 0, .open_low = true}})};
  }
};

/// Brings the weights back within the limit; vectors and scalars are left alone.
void shorten(const MaxNorm& options, std::span<const at::Tensor> weights);

}  // namespace temper::regularize
