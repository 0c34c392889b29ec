#include "temper/measure/accuracy.h"

#include <ATen/ops/arange.h>
#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/measure/inputs.h"

namespace temper::measure {

std::int64_t top_k_hits(const at::Tensor& logits, const at::Tensor& labels, std::int64_t k) {
  check(logits, labels);
  const std::int64_t classes = logits.size(1);
  if (k < 1 || k > classes)
    throw Error(Code::data, fmt::format("top-{} accuracy of {} classes: expected k in [1, {}]", k,
                                        classes, classes));
  const auto label = labels.unsqueeze(1);
  const auto own = logits.gather(1, label);
  const auto lower = at::arange(classes, labels.options()).unsqueeze(0).lt(label);
  const auto ahead = logits.gt(own).logical_or_(logits.eq(own).logical_and_(lower)).sum(1);
  return ahead.lt(k).sum().item<std::int64_t>();
}

double top_k_accuracy(const at::Tensor& logits, const at::Tensor& labels, std::int64_t k) {
  return static_cast<double>(top_k_hits(logits, labels, k)) / static_cast<double>(labels.size(0));
}

}  // namespace temper::measure
