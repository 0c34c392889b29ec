#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"
#include "temper/loss/inputs.h"

namespace temper::loss {

/// A softmax over the classes, or a sigmoid for each class.
enum class FocalForm : std::uint8_t { softmax, sigmoid };

struct Focal {
  double gamma = 2;
  FocalForm form = FocalForm::softmax;
  double alpha = -1;
  bool sum_classes = false;

  /// Throws Error{Code::usage} for options of the sigmoid form in the softmax form.
  void check(std::int64_t classes) const;

  static constexpr std::string_view kind = "focal";
  static constexpr About about = {
      .summary =
          "Cross-entropy in which well-classified examples have less weight, so that rare and hard "
          "examples are not dominated by easy ones. The sigmoid form is that of torchvision and of "
          "the paper, whose detector uses alpha 0.25 and sums over the classes.",
      .formula =
          "softmax   mean over rows of -sum_c t_c (1 - p_c)^gamma log p_c,  p = softmax(z)\n"
          "sigmoid   mean over rows and classes of -a_t (1 - p_t)^gamma log p_t,  p = sigmoid(z)\n"
          "          p_t = t p + (1 - t)(1 - p),  a_t = t alpha + (1 - t)(1 - alpha)",
      .paper = "Lin et al. 2017, Focal loss for dense object detection, arXiv:1708.02002",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&Focal::gamma,
              {.name = "gamma",
               .meaning =
                   "exponent by which well-classified examples are down-weighted; 0: equal weights",
               .bounds = {.low = 0}}),
        field(&Focal::form,
              {.name = "form",
               .meaning = "softmax: one distribution over the classes; sigmoid: a probability for "
                          "each class, as in the paper and torchvision"}),
        field(&Focal::alpha, {.name = "alpha",
                              .meaning = "sigmoid form: weight of positives, with 1 - alpha for "
                                         "negatives; below 0: both 1",
                              .bounds = {-1, 1}}),
        field(&Focal::sum_classes,
              {.name = "sum_classes",
               .meaning = "sigmoid form: sum over the classes instead of their mean"})};
  }
};

/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor evaluate(const Focal& options, const Inputs& inputs);

}  // namespace temper::loss

template <>
struct temper::EnumNames<temper::loss::FocalForm> {
  static constexpr std::array<std::string_view, 2> value{"softmax", "sigmoid"};
};
