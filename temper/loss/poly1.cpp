#include "temper/loss/poly1.h"

#include <ATen/ops/add.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>

#include "temper/loss/mean.h"

namespace temper::loss {

at::Tensor evaluate(const Poly1& options, const Inputs& inputs) {
  const auto logarithms = log_probabilities(inputs.logits);
  const auto targets =
      (options.label_smoothing ? smooth(inputs.targets, *options.label_smoothing, inputs.prior)
                               : inputs.targets)
          .to(logarithms.scalar_type());
  const auto likelihood = targets.mul(logarithms).sum(1);
  const auto missing = at::rsub(targets.mul(logarithms.exp()).sum(1), 1);
  auto rows = missing.mul(options.epsilon).sub(likelihood);
  if (options.confidence_penalty)
    rows = rows.add(confidence_penalties(*options.confidence_penalty, inputs.logits));
  return mean_over_rows(rows, inputs);
}

}  // namespace temper::loss
