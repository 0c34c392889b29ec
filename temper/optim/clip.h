#pragma once
#include <span>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// Clips the global norm of the gradient, over all parameters together.
struct ClipNorm {
  double max_norm = 1;

  static constexpr std::string_view kind = "norm";
  static constexpr About about = {
      .summary = "Clips the global norm of the gradient, over all parameters together.",
      .formula = "g <- g * min(1, max_norm / (|g| + 1e-6))",
      .paper =
          "Pascanu et al. 2013, On the difficulty of training recurrent neural networks, "
          "arXiv:1211.5063"};
  static constexpr auto fields() {
    return std::tuple{field(&ClipNorm::max_norm, {.name = "max_norm",
                                                  .meaning = "maximum global gradient norm",
                                                  .bounds = {.low = 0, .open_low = true},
                                                  .scheduled = true})};
  }
};

/// Clips every element of the gradient to an interval.
struct ClipValue {
  double clip_value = 0.1;

  static constexpr std::string_view kind = "value";
  static constexpr About about = {
      .summary = "Clips every element of the gradient to an interval around 0.",
      .formula = "g <- max(-clip_value, min(clip_value, g))"};
  static constexpr auto fields() {
    return std::tuple{field(&ClipValue::clip_value, {.name = "clip_value",
                                                     .meaning = "maximum absolute gradient value",
                                                     .bounds = {.low = 0, .open_low = true},
                                                     .scheduled = true})};
  }
};

/// Clips the gradient norm of every unit relative to the norm of the unit's weights.
struct ClipAdaptive {
  double clip_factor = 0.01;
  double eps = 1e-3;

  static constexpr std::string_view kind = "adaptive";
  static constexpr About about = {
      .summary =
          "Adaptive gradient clipping: limits the ratio of the gradient norm to the weight norm of "
          "every unit (a row, a filter, a whole vector). The layer that outputs "
          "the logits is not clipped.",
      .formula = "g <- g * min(1, clip_factor * max(|w|, eps) / max(|g|, 1e-6)) for every unit",
      .paper =
          "Brock et al. 2021, High-performance large-scale image recognition without "
          "normalization, arXiv:2102.06171"};
  static constexpr auto fields() {
    return std::tuple{
        field(&ClipAdaptive::clip_factor,
              {.name = "clip_factor",
               .meaning = "maximum ratio of gradient norm to weight norm",
               .bounds = {.low = 0, .open_low = true},
               .scheduled = true}),
        field(&ClipAdaptive::eps,
              {.name = "eps",
               .meaning = "lower bound on the weight norm, so that weights at 0 can change",
               .bounds = {.low = 0}})};
  }
};

using Clip = std::variant<ClipNorm, ClipValue, ClipAdaptive>;

/// Clips the gradients of the trainable parameters, in place.
void clip(const Clip& options, std::span<const Target> targets);

}  // namespace temper::optim
