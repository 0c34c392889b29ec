#include "temper/semi/pseudo_label.h"

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>

#include <tuple>

namespace temper::semi {

at::Tensor pseudo_label_rows(const at::Tensor& guess, const at::Tensor& logits, double threshold) {
  const auto [confidence, label] = at::softmax(guess.detach(), 1, at::kFloat).max(1);
  const auto losses =
      at::log_softmax(logits, 1, at::kFloat).gather(1, label.unsqueeze(1)).squeeze(1).neg();
  return losses.mul(confidence.ge(threshold));
}

at::Tensor row_losses(const PseudoLabel& options, const Inputs& inputs) {
  const auto logits = inputs.logits.select(1, 0);
  return pseudo_label_rows(logits, logits, options.threshold);
}

}  // namespace temper::semi
