#include "temper/measure/likelihood.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/logsumexp.h>

#include <vector>

#include "temper/measure/inputs.h"

namespace temper::measure {
namespace {

/// Log-sum-exp of each row in double precision, double [n]. In chunks, to avoid a copy of all
/// logits in double precision.
at::Tensor log_normaliser(const at::Tensor& logits) {
  std::vector<at::Tensor> pieces;
  for (const auto& piece : logits.split(4096))
    pieces.push_back(at::logsumexp(piece.to(at::kDouble), 1));
  return at::cat(pieces);
}

}  // namespace

double negative_log_likelihood(const at::Tensor& logits, const at::Tensor& labels) {
  return negative_log_likelihoods(logits, labels).mean().item<double>();
}

at::Tensor negative_log_likelihoods(const at::Tensor& logits, const at::Tensor& labels) {
  check(logits, labels);
  const auto own = logits.gather(1, labels.unsqueeze(1)).squeeze(1).to(at::kDouble);
  return log_normaliser(logits).sub(own);
}

at::Tensor confidence(const at::Tensor& logits) {
  check_logits(logits);
  return logits.amax(1).to(at::kDouble).sub(log_normaliser(logits)).exp();
}

}  // namespace temper::measure
