#pragma once
#include <ATen/core/Tensor.h>

#include "temper/measure/interval.h"

namespace temper::measure {

/// How much better a network is on its training images.
struct Gap {
  double loss;                 ///< validation minus training, in nats; usually > 0
  double accuracy;             ///< training minus validation, in [-1, 1]
  Interval loss_interval;      ///< 95%
  Interval accuracy_interval;  ///< 95%
};

/// A gap in loss alone, usually > 0, and its 95% interval.
struct LossGap {
  double value;
  Interval interval;
};

/// @param training, held_out  double [n], one loss per image, n may differ
LossGap loss_gap(const at::Tensor& training, const at::Tensor& held_out);

/// The generalization gap. Both sides are measured in the same way: hard labels, cross-entropy, no
/// penalty. The caller makes sure that the logits are from the same weights in evaluation mode with
/// the evaluation transform, on a fixed part of the training set as large as the validation set.
/// The interval in accuracy is newcombe()'s; that in loss assumes that both means are normal (so
/// images are independent and not few): difference -+ 1.96 sqrt(s_1^2 / n_1 + s_2^2 / n_2).
/// @param training_logits, logits  floating [n, c], finite, n may differ
/// @param training_labels, labels  int64 [n]. Throws as check() in inputs.h does
Gap generalisation_gap(const at::Tensor& training_logits, const at::Tensor& training_labels,
                       const at::Tensor& logits, const at::Tensor& labels);

}  // namespace temper::measure
