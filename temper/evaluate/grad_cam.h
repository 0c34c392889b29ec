#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "temper/model/network.h"

namespace temper::evaluate {

/// Grad-CAM (Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via
/// Gradient-based Localization", arXiv:1610.02391): where in an image the evidence for a class is.
/// With A the activations that the network's global average pooling reads, and y the class's logit:
///
///   relu(sum over channels k of a_k A_k),   a_k = mean over pixels of dy / dA_k
///
/// In evaluation mode, in which it leaves the network, and in float. Works for any network whose
/// last average over height and width, that before its head, is a mean over these two dimensions,
/// also a user's own module (adaptive average pooling to 1 x 1 is one). Throws Error{Code::usage}
/// for others.
/// @param images   float [n, channels, height, width], normalized
/// @param classes  int64 [n], each a column of the logits
/// @return float [n, h, w] of the size of A, >= 0
at::Tensor grad_cam(model::Network& network, const at::Tensor& images, const at::Tensor& classes);

/// Maps as they are shown: brought to the range 0 to 1 (value minus the smallest, divided by the
/// largest of these and 1e-7 more), resized bilinearly and brought to the range again, as by the
/// package grad-cam.
/// @param maps  floating [n, h, w]
/// @return float [n, height, width]
at::Tensor shown_maps(const at::Tensor& maps, std::int64_t height, std::int64_t width);

}  // namespace temper::evaluate
