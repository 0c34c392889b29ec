#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/fields.h"
#include "temper/loss/confidence_penalty.h"
#include "temper/loss/inputs.h"
#include "temper/loss/label_smoothing.h"

namespace temper::loss {

/// The divisor of a class-weighted sum.
enum class WeightedMean : std::uint8_t { weights, rows };

struct CrossEntropy {
  std::optional<LabelSmoothing> label_smoothing = {};
  std::optional<ConfidencePenalty> confidence_penalty = {};
  std::vector<double> class_weights = {};
  WeightedMean weighted_mean = WeightedMean::weights;

  void check(std::int64_t classes) const;

  static constexpr std::string_view kind = "cross_entropy";
  static constexpr About about = {
      .summary =
          "Cross-entropy between the target distributions t and the softmax of the logits, "
          "averaged over the rows that have a label. With class weights w (weight) the sum is "
          "divided by the sum of the targets' weights before smoothing, as PyTorch does for class "
          "indices, or by the number of rows, as PyTorch does for class probabilities.",
      .formula =
          "mean over rows of -sum_c t_c log softmax(z)_c\n"
          "weights   sum over rows of -sum_c w_c t_c log softmax(z)_c / sum over rows of sum_c w_c "
          "t_c\n"
          "rows      mean over rows of -sum_c w_c t_c log softmax(z)_c",
      .paper =
          "Bridle 1990, Probabilistic interpretation of feedforward classification network "
          "outputs",
      .for_classes = true};
  static constexpr auto fields() {
    return std::tuple{
        field(&CrossEntropy::label_smoothing,
              {.name = "label_smoothing", .meaning = "softens the targets"}),
        field(&CrossEntropy::confidence_penalty,
              {.name = "confidence_penalty", .meaning = "penalty on predictions of low entropy"}),
        field(&CrossEntropy::class_weights,
              {.name = "weight",
               .meaning = "weight of each class, one number per class in the order of the classes; "
                          "empty: all equal",
               .bounds = {.low = 0},
               .alias = "class_weights"}),
        field(&CrossEntropy::weighted_mean,
              {.name = "weighted_mean",
               .meaning = "divisor of the loss with weight. weights: the sum of the targets' "
                          "weights, as PyTorch with class indices; rows: the number of rows, as "
                          "PyTorch with class probabilities"})};
  }
};

/// Mean over rows of -sum_c t_c log softmax(z)_c, computed in at least float32.
/// @param logits    floating [n, c]
/// @param targets   floating [n, c], rows summing to one
/// @param labelled  bool [n], or undefined for all; with no labelled row the loss is 0
/// @return a scalar, float32 (float64 for float64 logits)
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets,
                         const at::Tensor& labelled = {});

/// The same with all options. Throws Error{Code::usage} if the number of class weights is not that
/// of the classes, and if the prior is missing for unigram smoothing.
at::Tensor evaluate(const CrossEntropy& options, const Inputs& inputs);

/// The weight of each row: the class weight of its label, or the mean weight of its soft targets;
/// 1 without class weights.
/// @param targets  floating [n, c], before smoothing
/// @return [n]
at::Tensor row_weights(const CrossEntropy& options, const at::Tensor& targets);

}  // namespace temper::loss

template <>
struct temper::EnumNames<temper::loss::WeightedMean> {
  static constexpr std::array<std::string_view, 2> value{"weights", "rows"};
};
