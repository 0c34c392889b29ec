#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::loss {

/// How the mass that smoothing takes from the true class is distributed.
enum class SmoothingForm : std::uint8_t { off_target, uniform, classy, unigram };

/// Label smoothing: targets that logits can reach without growing without bound.
struct LabelSmoothing {
  double alpha = 0.1;
  SmoothingForm form = SmoothingForm::off_target;

  static constexpr std::string_view kind = "label_smoothing";
  static constexpr About about = {
      .summary =
          "Moves a small part of each target's probability mass from the true class to the others, "
          "so that the logits need not grow without bound.",
      .formula =
          "alpha = smoothing\n"
          "                true class          each other class of c\n"
          "off_target      1 - alpha           alpha / (c - 1)     tensor2tensor, fairseq\n"
          "uniform         1 - alpha + alpha/c alpha / c           PyTorch, timm\n"
          "classy          (1 + alpha/c) / (1 + alpha), (alpha/c) / (1 + alpha)  ClassyVision\n"
          "unigram         1 - alpha + alpha q alpha q             q: the class's share of the "
          "training labels",
      .paper =
          "Szegedy et al. 2016, Rethinking the Inception architecture, arXiv:1512.00567; "
          "unigram: Pereyra et al. 2017, arXiv:1701.06548"};
  static constexpr auto fields() {
    return std::tuple{
        field(&LabelSmoothing::alpha, {.name = "smoothing",
                                       .meaning = "probability mass moved away from the true class",
                                       .bounds = {0, 1, false, true},
                                       .scheduled = true}),
        field(&LabelSmoothing::form,
              {.name = "form",
               .meaning = "distribution of that mass. off_target: evenly over the other classes; "
                          "uniform: evenly over all classes (PyTorch, timm); classy: smoothing / c "
                          "is added to each of c classes and the sum normalized (ClassyVision); "
                          "unigram: by the classes' shares of the training labels"})};
  }
};

/// One-hot target distributions of labels.
/// @param labels   int64 [n]: class in [0, classes), or negative where the row has no label
/// @param classes  c >= 2
/// @return float [n, c]: ones at the labels, a row of zeros where there is none
at::Tensor one_hot(const at::Tensor& labels, std::int64_t classes);

/// The smoothed targets: a linear map of distributions, so it applies to mixed targets as well.
/// @param targets  floating [n, c], every row summing to one, c >= 2
/// @param prior    floating [c], summing to one: class frequencies, for `unigram` only. Throws
///                 Error{Code::usage} if it is needed and missing
/// @return the same shape and type, rows summing to one
at::Tensor smooth(const at::Tensor& targets, const LabelSmoothing& smoothing,
                  const at::Tensor& prior = {});

}  // namespace temper::loss

template <>
struct temper::EnumNames<temper::loss::SmoothingForm> {
  static constexpr std::array<std::string_view, 4> value{"off_target", "uniform", "classy",
                                                         "unigram"};
};
