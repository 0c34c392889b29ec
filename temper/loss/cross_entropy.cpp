#include "temper/loss/cross_entropy.h"

#include <ATen/ops/clamp_min.h>
#include <ATen/ops/div.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>

#include <algorithm>

namespace temper::loss {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets,
                         const at::Tensor& labelled) {
  const auto type = logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto likelihood = targets.to(type).mul(at::log_softmax(logits, 1, type));
  if (!labelled.defined())
    return likelihood.sum().div(-static_cast<double>(std::max<std::int64_t>(1, logits.size(0))));
  // `where` and not a product: what an unlabelled row holds, be it NaN, has no part in the loss.
  const auto rows = at::where(labelled, likelihood.sum(1), 0.0);
  return rows.sum().div(labelled.sum().clamp_min(1).to(type)).neg();
}

}  // namespace temper::loss
