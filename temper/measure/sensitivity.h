#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

namespace temper::measure {

/// Input sensitivity: how much the predicted probabilities change with the image. The Frobenius
/// norm of the Jacobian of the softmax with respect to the image, for each image (Novak et al.
/// 2018, "Sensitivity and generalization in neural networks: an empirical study", arXiv:1802.08760,
/// who use its mean over test images). Exact, with one backward pass per class.
/// @param network  any network: images [n, ...] -> logits [n, c]; every row must depend on its own
///                 image only, so evaluation mode. Parameters receive no gradient
/// @param images   floating [n, ...], n >= 1
/// @return double [n], each >= 0
/// Throws Error{Code::data} for logits of another shape.
at::Tensor input_sensitivity(const std::function<at::Tensor(const at::Tensor&)>& network,
                             const at::Tensor& images);

}  // namespace temper::measure
