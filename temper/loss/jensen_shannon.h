#pragma once
#include <ATen/core/Tensor.h>

#include <span>

namespace temper::loss {

/// Jensen-Shannon divergence between the distributions predicted for several views of the same
/// images, in nats: the consistency loss of AugMix, which adds it with weight 12 to the loss of the
/// first view (Hendrycks et al. 2019, arXiv:1912.02781).
///
///   mean over rows of 1/k sum_i KL(p_i || m),  m = 1/k sum_i p_i,  p_i = softmax(z_i)
///
/// Computed from log-probabilities, in at least float32; AugMix's code clamps m to at least 1e-7.
/// @param logits  k >= 2 views, each floating [n, c]. Throws Error{Code::usage} for fewer or for
///                shapes that differ
/// @return a scalar in [0, ln k], 0 where all views agree
at::Tensor jensen_shannon(std::span<const at::Tensor> logits);

}  // namespace temper::loss
