#include "temper/loss/focal.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/add.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/expm1.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>

#include <fmt/format.h>

#include <limits>

#include "temper/core/error.h"
#include "temper/loss/mean.h"

namespace temper::loss {
namespace {

/// x^gamma for x in [0, 1]. For gamma < 1 its derivative at 0 is infinite, so x is clamped above 0.
at::Tensor power(const at::Tensor& x, double gamma) {
  return x.clamp_min(std::numeric_limits<float>::min()).pow(gamma);
}

at::Tensor softmax_rows(double gamma, const Inputs& inputs) {
  const auto logarithms = log_probabilities(inputs.logits);
  const auto missing = logarithms.expm1().neg();  // 1 - p, exact where p is almost 1
  return inputs.targets.to(logarithms.scalar_type())
      .mul(power(missing, gamma))
      .mul(logarithms)
      .sum(1)
      .neg();
}

at::Tensor sigmoid_rows(const Focal& options, const Inputs& inputs) {
  const auto logits = wide(inputs.logits);
  const auto targets = inputs.targets.to(logits.options());
  // 1 - p_t for every target in [0, 1]
  const auto p = logits.sigmoid();
  const auto missing = targets.mul(logits.neg().sigmoid()).add(at::rsub(targets, 1).mul(p));
  auto values = at::binary_cross_entropy_with_logits(logits, targets, {}, {}, at::Reduction::None)
                    .mul(power(missing, options.gamma));
  if (options.alpha >= 0)
    values = values.mul(targets.mul(2 * options.alpha - 1).add(1 - options.alpha));
  return options.sum_classes ? values.sum(1) : values.mean(1);
}

}  // namespace

void Focal::check(std::int64_t /*classes*/) const {
  if (form == FocalForm::sigmoid || (alpha < 0 && !sum_classes)) return;
  const auto* const option = alpha >= 0 ? "loss.alpha" : "loss.sum_classes";
  throw Error(
      Code::usage, {.option = option},
      fmt::format("{} applies to the sigmoid form only; add form = \"sigmoid\" or remove it",
                  option));
}

at::Tensor evaluate(const Focal& options, const Inputs& inputs) {
  options.check(inputs.logits.size(1));
  return mean_over_rows(options.form == FocalForm::softmax ? softmax_rows(options.gamma, inputs)
                                                           : sigmoid_rows(options, inputs),
                        inputs);
}

}  // namespace temper::loss
