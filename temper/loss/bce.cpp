#include "temper/loss/bce.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/sum.h>

#include "temper/loss/mean.h"

namespace temper::loss {

at::Tensor evaluate(const Bce& options, const Inputs& inputs) {
  const auto logits = wide(inputs.logits);
  auto targets = options.label_smoothing
                     ? smooth(inputs.targets, *options.label_smoothing, inputs.prior)
                     : inputs.targets;
  if (options.target_threshold >= 0) targets = targets.gt(options.target_threshold);
  const auto values = at::binary_cross_entropy_with_logits(logits, targets.to(logits.options()), {},
                                                           {}, at::Reduction::None);
  return mean_over_rows(options.sum_classes ? values.sum(1) : values.mean(1), inputs);
}

}  // namespace temper::loss
