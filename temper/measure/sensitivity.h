#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

namespace temper::measure {

/// Input sensitivity: how much the answer moves when the image does. The Frobenius norm of the
/// Jacobian of the softmax by the image, at each of the images (Novak et al. 2018, "Sensitivity and
/// generalization in neural networks: an empirical study", arXiv:1802.08760, whose measure is its
/// mean over test images). Exact, by one backward pass a class.
/// @param network  any network: images [n, ...] -> logits [n, c]; every row must depend on its own
///                 image only, so evaluation mode. Parameters get no gradient
/// @param images   floating [n, ...], n >= 1
/// @return double [n], each >= 0
/// Throws Error{Code::data} for logits of another shape.
at::Tensor input_sensitivity(const std::function<at::Tensor(const at::Tensor&)>& network,
                             const at::Tensor& images);

}  // namespace temper::measure
