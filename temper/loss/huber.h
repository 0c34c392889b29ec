#pragma once
#include <ATen/core/Tensor.h>

#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/inputs.h"

namespace temper::loss {

struct Huber {
  double delta = 1;

  static constexpr std::string_view kind = "huber";
  static constexpr About about = {
      .summary =
          "Squared error for small errors and absolute error for large ones, so that a few "
          "outliers do not dominate; mainly for regression. PyTorch's SmoothL1Loss is this loss "
          "divided by delta.",
      .formula =
          "mean over rows and values of e^2 / 2 where |e| <= delta, else delta * (|e| - delta / "
          "2);  e = z - t",
      .paper = "Huber 1964, Robust estimation of a location parameter"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Huber::delta, {.name = "delta",
                              .meaning = "absolute error above which the loss is linear",
                              .bounds = {.low = 0, .open_low = true}})};
  }
};

/// @param inputs  logits and targets: floating [n, d]; unlabelled rows may hold NaN targets
/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor evaluate(const Huber& options, const Inputs& inputs);

}  // namespace temper::loss
