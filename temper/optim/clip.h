#pragma once
#include <span>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/core/fields.h"
#include "temper/optim/state.h"

namespace temper::optim {

/// The whole gradient, all parameters together, is shortened to a length.
struct ClipNorm {
  double max_norm = 1;

  static constexpr std::string_view kind = "norm";
  static constexpr About about = {
      .summary = "Shortens the whole gradient, all parameters together, to a length.",
      .formula = "g <- g * min(1, max_norm / (|g| + 1e-6))",
      .paper =
          "Pascanu et al. 2013, On the difficulty of training recurrent neural networks, "
          "arXiv:1211.5063"};
  static constexpr auto fields() {
    return std::tuple{field(&ClipNorm::max_norm, {.name = "max_norm",
                                                  .meaning = "the longest gradient that is let by",
                                                  .bounds = {.low = 0, .open_low = true},
                                                  .scheduled = true})};
  }
};

/// Every element of the gradient is brought into an interval.
struct ClipValue {
  double clip_value = 0.1;

  static constexpr std::string_view kind = "value";
  static constexpr About about = {
      .summary = "Brings every element of the gradient into an interval around 0.",
      .formula = "g <- max(-clip_value, min(clip_value, g))"};
  static constexpr auto fields() {
    return std::tuple{
        field(&ClipValue::clip_value, {.name = "clip_value",
                                       .meaning = "the largest element that is let by",
                                       .bounds = {.low = 0, .open_low = true},
                                       .scheduled = true})};
  }
};

/// The gradient of every unit is kept small beside the unit's weights.
struct ClipAdaptive {
  double clip_factor = 0.01;
  double eps = 1e-3;

  static constexpr std::string_view kind = "adaptive";
  static constexpr About about = {
      .summary =
          "Adaptive gradient clipping: the gradient of every unit (a row, a filter, a whole "
          "vector) is kept small beside the unit's weights. The head is left out.",
      .formula = "g <- g * min(1, clip_factor * max(|w|, eps) / max(|g|, 1e-6)) for every unit",
      .paper =
          "Brock et al. 2021, High-performance large-scale image recognition without "
          "normalization, arXiv:2102.06171"};
  static constexpr auto fields() {
    return std::tuple{
        field(&ClipAdaptive::clip_factor, {.name = "clip_factor",
                                           .meaning = "longest gradient as a share of the weights",
                                           .bounds = {.low = 0, .open_low = true},
                                           .scheduled = true}),
        field(&ClipAdaptive::eps, {.name = "eps",
                                   .meaning = "what weights count as at least, so that those at 0 "
                                              "can leave it",
                                   .bounds = {.low = 0}})};
  }
};

using Clip = std::variant<ClipNorm, ClipValue, ClipAdaptive>;

/// Clips the gradients of the trainable parameters, in place.
void clip(const Clip& options, std::span<const Target> targets);

}  // namespace temper::optim
