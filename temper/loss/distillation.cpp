#include "temper/loss/distillation.h"

#include <ATen/ops/add.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/div.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "temper/core/error.h"
#include "temper/loss/mean.h"

namespace temper::loss {
namespace {

at::Tensor rows(const SoftDistillation& form, const at::Tensor& teacher, const at::Tensor& logits) {
  const double t = form.temperature;
  const auto wanted = log_probabilities(wide(teacher).div(t));
  const auto answered = log_probabilities(wide(logits).div(t));
  return wanted.exp().mul(wanted.sub(answered)).sum(1).mul(t * t);
}

at::Tensor rows(const HardDistillation& /*form*/, const at::Tensor& teacher,
                const at::Tensor& logits) {
  return log_probabilities(logits).gather(1, teacher.argmax(1, /*keepdim=*/true)).squeeze(1).neg();
}

}  // namespace

at::Tensor teaching(const DistillationTarget& form, const at::Tensor& teacher,
                    const Inputs& inputs) {
  if (teacher.sizes() != inputs.logits.sizes())
    throw Error(
        Code::usage,
        fmt::format("distillation: the teacher's logits have shape [{}], expected [{}], "
                    "the student's",
                    fmt::join(teacher.sizes(), ", "), fmt::join(inputs.logits.sizes(), ", ")));
  return mean_over_rows(
      std::visit([&](const auto& how) { return rows(how, teacher.detach(), inputs.logits); }, form),
      inputs);
}

at::Tensor combine_with_distillation(const Distillation& options, const at::Tensor& loss,
                                     const at::Tensor& teacher, const Inputs& inputs) {
  return loss.mul(1 - options.weight)
      .add(teaching(options.teaching, teacher, inputs), options.weight);
}

}  // namespace temper::loss
