#include "temper/measure/inputs.h"

#include <ATen/ops/isfinite.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "temper/core/error.h"

namespace temper::measure {

void check_logits(const at::Tensor& logits) {
  if (logits.dim() != 2 || logits.size(0) < 1 || logits.size(1) < 2 || !logits.is_floating_point())
    throw Error(Code::data,
                fmt::format("logits have shape [{}] and type {}; expected floating [images >= 1, "
                            "classes >= 2]",
                            fmt::join(logits.sizes(), ", "), logits.dtype().name()));
  // A sum is finite only if every term is, and costs no mask as large as the logits.
  if (at::isfinite(logits.sum(at::kDouble)).item<bool>()) return;
  const auto broken = at::isfinite(logits).all(1).logical_not().sum().item<std::int64_t>();
  if (broken > 0)
    throw Error(
        Code::numerical,
        fmt::format("the logits of {} of {} images are not finite: the network has diverged "
                    "(try a lower learning rate, warm-up or gradient clipping)",
                    broken, logits.size(0)));
}

void check(const at::Tensor& logits, const at::Tensor& labels) {
  check_logits(logits);
  if (labels.dim() != 1 || labels.size(0) != logits.size(0) || labels.scalar_type() != at::kLong)
    throw Error(Code::data, fmt::format("labels have shape [{}] and type {}; expected int64 [{}], "
                                        "one for each row of logits",
                                        fmt::join(labels.sizes(), ", "), labels.dtype().name(),
                                        logits.size(0)));
  const auto low = labels.min().item<std::int64_t>();
  const auto high = labels.max().item<std::int64_t>();
  if (low < 0 || high >= logits.size(1))
    throw Error(Code::data, fmt::format("label {} lies outside [0, {}), the network's classes",
                                        low < 0 ? low : high, logits.size(1)));
}

}  // namespace temper::measure
