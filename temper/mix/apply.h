#pragma once
#include <ATen/core/Tensor.h>

#include "temper/mix/plan.h"

namespace temper::mix {

/// Mixes images in place. Boxes are copied alone: what stays of an image is not.
/// @param images  floating [n, channels, height, width] in any memory layout and on any device; n
///                is the number of the plan's rows. Throws Error{Code::usage} otherwise, and for a
///                plan whose boxes and partners are not within the images and the batch
void mix_images(const Plan& plan, const at::Tensor& images);

/// What a stage of a network gives for mixed images, from what it gives for each of them: weighted
/// sums, through which gradients flow. Boxes are not mixed.
/// @param features  floating [n, channels, height, width] or [n, d]
/// @return the same shape and type; maps are channels-last
at::Tensor mix_features(const Plan& plan, const at::Tensor& features);

/// The mixed targets: for each row the weighted sum of its own targets and its partners'.
/// @param targets  floating [n, d]: distributions over classes, or values
/// @return the same shape and type; distributions sum to one again
at::Tensor mix_targets(const Plan& plan, const at::Tensor& targets);

/// Which mixed rows have a label: those whose own label and all labels mixed into it are known.
/// @param labelled  bool [n]
/// @return bool [n]
at::Tensor mix_labelled(const Plan& plan, const at::Tensor& labelled);

}  // namespace temper::mix
