#include "temper/loss/mean.h"

#include <ATen/ops/clamp_min.h>
#include <ATen/ops/div.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <limits>

namespace temper::loss {
namespace {

at::ScalarType wide_type(const at::Tensor& logits) {
  return logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

// `where` instead of a product: values of unlabelled rows, even NaN, don't enter the sum.
at::Tensor sum_of_labelled(const at::Tensor& values, const Inputs& inputs) {
  return (inputs.labelled.defined() ? at::where(inputs.labelled, values, 0.0) : values).sum();
}

at::Tensor share(const at::Tensor& mean, double here, double whole) {
  return mean.mul(whole > 0 ? here / whole : 0);
}

}  // namespace

at::Tensor wide(const at::Tensor& logits) {
  return logits.to(wide_type(logits));
}

at::Tensor log_probabilities(const at::Tensor& logits) {
  return at::log_softmax(logits, 1, wide_type(logits));
}

at::Tensor mean_over_rows(const at::Tensor& values, const Inputs& inputs) {
  const auto sum = sum_of_labelled(values, inputs);
  const auto rows = values.size(0);
  auto mean = inputs.labelled.defined()
                  ? sum.div(inputs.labelled.sum().clamp_min(1).to(values.scalar_type()))
                  : sum.div(static_cast<double>(std::max<std::int64_t>(1, rows)));
  if (!inputs.whole) return mean;
  const auto here =
      inputs.labelled.defined() ? inputs.labelled.sum().item<double>() : static_cast<double>(rows);
  return share(mean, here, inputs.whole->rows);
}

at::Tensor mean_by_weight(const at::Tensor& values, const at::Tensor& weights,
                          const Inputs& inputs) {
  const auto here = sum_of_labelled(weights, inputs);
  // If all weights are 0, so are the values.
  auto mean =
      sum_of_labelled(values, inputs).div(here.clamp_min(std::numeric_limits<float>::min()));
  return inputs.whole ? share(mean, here.item<double>(), inputs.whole->weight) : mean;
}

}  // namespace temper::loss
