#include "temper/loss/confidence_penalty.h"

#include <ATen/ops/exp.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/sum.h>

#include "temper/loss/mean.h"

namespace temper::loss {

at::Tensor entropies(const at::Tensor& logits) {
  const auto logarithms = log_probabilities(logits);
  return logarithms.exp().mul(logarithms).sum(1).neg();
}

at::Tensor confidence_penalties(const ConfidencePenalty& options, const at::Tensor& logits) {
  const auto entropy = entropies(logits);
  if (options.form == PenaltyForm::entropy) return entropy.mul(-options.beta);
  return at::rsub(entropy, options.threshold).relu().mul(options.beta);
}

}  // namespace temper::loss
