#pragma once
#include <ATen/core/Tensor.h>

#include "temper/measure/interval.h"

namespace temper::measure {

/// How much better a network does on images that it was trained on.
struct Gap {
  double loss;                 ///< validation less training, in nats; > 0 is the usual case
  double accuracy;             ///< training less validation, a fraction
  Interval loss_interval;      ///< 95%
  Interval accuracy_interval;  ///< 95%
};

/// A gap in loss alone, > 0 in the usual case, and its 95% interval.
struct LossGap {
  double value;
  Interval interval;
};

/// @param training, held_out  double [n], a loss an image, n may differ
LossGap loss_gap(const at::Tensor& training, const at::Tensor& held_out);

/// The generalisation gap. Both sides are measured alike: hard labels, cross-entropy, no penalty;
/// the caller sees to it that the answers are those of the same weights in evaluation mode under
/// the evaluation transform, to a fixed part of the training set as large as the validation set.
/// The intervals take both means for normal (so images for independent and not few):
/// difference -+ 1.96 sqrt(s_1^2 / n_1 + s_2^2 / n_2).
/// @param training_logits, logits  floating [n, c], finite, n may differ
/// @param training_labels, labels  int64 [n]. Throws as check() in inputs.h does
Gap generalisation_gap(const at::Tensor& training_logits, const at::Tensor& training_labels,
                       const at::Tensor& logits, const at::Tensor& labels);

}  // namespace temper::measure
