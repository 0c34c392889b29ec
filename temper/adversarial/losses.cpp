#include "temper/adversarial/losses.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>
#include <ATen/ops/xlogy.h>
#include <fmt/format.h>

#include <tuple>

#include "temper/core/error.h"

namespace temper::adversarial {
namespace {

at::ScalarType type_for(const at::Tensor& logits) {
  return logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

at::Tensor of_labels(const at::Tensor& rows, const at::Tensor& labels) {
  return rows.gather(1, labels.unsqueeze(1)).squeeze(1);
}

}  // namespace

at::Tensor cross_entropy_rows(const at::Tensor& logits, const at::Tensor& targets) {
  const auto likelihood = at::log_softmax(logits, 1, type_for(logits));
  if (!targets.is_floating_point()) return of_labels(likelihood, targets).neg();
  return likelihood.mul(targets).sum(1).neg();
}

at::Tensor dlr_rows(const at::Tensor& logits, const at::Tensor& labels) {
  const auto classes = logits.size(1);
  if (classes < 3)
    throw Error(Code::usage,
                fmt::format("the DLR loss needs at least 3 classes and there are {}; use "
                            "cross-entropy",
                            classes));
  const auto numbers = logits.to(type_for(logits));
  const auto sorted = numbers.sort(1, /*descending=*/true);
  const auto place = [&sorted](std::int64_t i) { return std::get<0>(sorted).select(1, i); };
  const auto predicted = std::get<1>(sorted).select(1, 0).eq(labels);
  const auto other = at::where(predicted, place(1), place(0));
  return of_labels(numbers, labels).sub(other).div(place(0).sub(place(2)).add(1e-12)).neg();
}

at::Tensor divergence_rows(const at::Tensor& logits, const at::Tensor& probabilities) {
  const auto likelihood = at::log_softmax(logits, 1, type_for(logits));
  return at::xlogy(probabilities, probabilities).sub(likelihood.mul(probabilities)).sum(1);
}

RowLoss row_loss(AttackLoss loss) {
  return loss == AttackLoss::dlr ? dlr_rows : cross_entropy_rows;
}

}  // namespace temper::adversarial
