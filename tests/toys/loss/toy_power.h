#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/inputs.h"

namespace temper::loss {

struct ToyPower {
  double exponent = 3;

  static constexpr std::string_view kind = "toy_power";
  static constexpr About about = {
      .summary = "A power of the difference between the logits and the target distribution.",
      .formula = "mean over rows and classes of |z_c - t_c|^exponent",
      .paper = "none",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{field(&ToyPower::exponent, {.name = "exponent",
                                                  .meaning = "exponent of the absolute difference",
                                                  .bounds = {1, 4, true, false}})};
  }
};

/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor evaluate(const ToyPower& options, const Inputs& inputs);

}  // namespace temper::loss
