#pragma once
#include <ATen/core/Tensor.h>

#include <span>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::regularize {

/// L1 and L2 penalties on the weights, as a term of the loss. They apply to the same parameters as
/// weight decay, in addition to it.
struct Penalty {
  double l1 = 0;
  double l2 = 0;

  static constexpr About about = {
      .summary =
          "L1 and L2 penalties on the weights, a term of the loss that is added through its "
          "gradient; parameters that are excluded from weight decay, such as norms and biases, are "
          "excluded here too. Keras' l2(k) is twice as strong: l2 = 2k.",
      .formula = "loss + l1 * sum|w| + (l2 / 2) * sum w^2,  so g <- g + l1 * sign(w) + l2 * w"};
  static constexpr auto fields() {
    return std::tuple{field(&Penalty::l1, {.name = "l1",
                                           .meaning = "coefficient of the sum of absolute values",
                                           .bounds = {.low = 0},
                                           .scheduled = true}),
                      field(&Penalty::l2, {.name = "l2",
                                           .meaning = "coefficient of half the sum of squares",
                                           .bounds = {.low = 0},
                                           .scheduled = true})};
  }
};

/// Adds the penalty's gradient to the weights' gradients, which are created where missing.
void add_penalty_gradient(const Penalty& options, std::span<const at::Tensor> weights);

/// The weights of every unit (a row, a filter) are limited to a maximum norm.
struct MaxNorm {
  double limit = 3;

  static constexpr About about = {
      .summary =
          "After every step the weights of each unit (a row, a filter) whose L2 norm exceeds the "
          "limit are scaled down to it.",
      .formula = "w <- w * min(1, limit / |w|) for every unit",
      .paper =
          "Srivastava et al. 2014, Dropout: a simple way to prevent neural networks from "
          "overfitting"};
  static constexpr auto fields() {
    return std::tuple{field(&MaxNorm::limit, {.name = "limit",
                                              .meaning = "maximum L2 norm of a unit's weights",
                                              .bounds = {.low = 0, .open_low = true}})};
  }
};

/// Scales the weights down to the limit; vectors and scalars are left unchanged.
void apply_max_norm(const MaxNorm& options, std::span<const at::Tensor> weights);

}  // namespace temper::regularize
