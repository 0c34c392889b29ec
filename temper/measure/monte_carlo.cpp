#include "temper/measure/monte_carlo.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/std.h>
#include <ATen/ops/xlogy.h>
#include <ATen/ops/zeros_like.h>

namespace temper::measure {
namespace {

at::Tensor entropy_of(const at::Tensor& probabilities) {
  return at::xlogy(probabilities, probabilities).sum(-1).neg();
}

}  // namespace

MonteCarlo monte_carlo(const at::Tensor& logits) {
  const auto each = at::softmax(logits, -1, at::kDouble);
  const auto mean = each.mean(0);
  const auto entropy = entropy_of(mean);
  const auto deviation = each.size(0) > 1 ? each.std(0, /*unbiased=*/true) : at::zeros_like(mean);
  return {mean, deviation, entropy, entropy - entropy_of(each).mean(0)};
}

}  // namespace temper::measure
