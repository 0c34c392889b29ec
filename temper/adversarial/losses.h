#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "temper/adversarial/classifier.h"
#include "temper/core/fields.h"

namespace temper::adversarial {

/// The loss that an attack on a classifier increases.
enum class AttackLoss : std::uint8_t { cross_entropy, dlr };

/// Cross-entropy of every row.
/// @param logits   floating [n, classes]; computed in at least float32
/// @param targets  int64 [n], classes; or floating [n, classes], distributions
at::Tensor cross_entropy_rows(const at::Tensor& logits, const at::Tensor& targets);

/// The difference of logits ratio of every row (Croce and Hein 2020, arXiv:2003.01690), which does
/// not change with the scale of the logits, and so does not vanish for confident networks. With the
/// sorted logits z_(1) >= z_(2) >= ... and the class y:
///
///   -(z_y - max over i != y of z_i) / (z_(1) - z_(3) + 1e-12)
///
/// Positive where the class is not predicted. Throws Error{Code::usage} for fewer than 3 classes.
/// @param logits  floating [n, classes]; computed in at least float32
/// @param labels  int64 [n]
at::Tensor dlr_rows(const at::Tensor& logits, const at::Tensor& labels);

/// Kullback-Leibler divergence of every row's prediction from a given one: sum_c p_c log(p_c / q_c)
/// with q = softmax(logits).
/// @param logits         floating [n, classes]; computed in at least float32
/// @param probabilities  p, [n, classes], rows summing to one
at::Tensor divergence_rows(const at::Tensor& logits, const at::Tensor& probabilities);

RowLoss row_loss(AttackLoss loss);

}  // namespace temper::adversarial

template <>
struct temper::EnumNames<temper::adversarial::AttackLoss> {
  static constexpr std::array<std::string_view, 2> value{"cross_entropy", "dlr"};
};
