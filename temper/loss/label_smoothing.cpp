#include "temper/loss/label_smoothing.h"

#include <ATen/ops/add.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::loss {
namespace {

/// The smoothed target of the true class and of every other class.
struct Masses {
  double on;
  double off;
};

Masses masses(const LabelSmoothing& smoothing, double classes) {
  const double a = smoothing.alpha;
  switch (smoothing.form) {
    case SmoothingForm::off_target:
      return {1 - a, a / (classes - 1)};
    case SmoothingForm::uniform:
      return {1 - a + a / classes, a / classes};
    case SmoothingForm::classy:
      return {(1 + a / classes) / (1 + a), a / classes / (1 + a)};
    case SmoothingForm::unigram:
      break;  // depends on the class
  }
  throw Error(Code::internal, "label smoothing of an unknown form");
}

at::Tensor smooth_by_prior(const at::Tensor& targets, double alpha, const at::Tensor& prior) {
  if (!prior.defined() || prior.dim() != 1 || prior.size(0) != targets.size(1))
    throw Error(Code::usage,
                fmt::format("label_smoothing.form = \"unigram\": found {}, expected the share of "
                            "each of {} classes among the training labels; give it as the loss's "
                            "prior",
                            prior.defined() ? fmt::format("{} numbers", prior.numel()) : "none",
                            targets.size(1)));
  return targets.mul(1 - alpha).add_(prior.to(targets.options()), alpha);
}

}  // namespace

at::Tensor one_hot(const at::Tensor& labels, std::int64_t classes) {
  const auto options = labels.options().dtype(at::kFloat);
  const auto known = labels.ge(0).to(at::kFloat).unsqueeze(1);
  return at::zeros({labels.size(0), classes}, options)
      .scatter_(1, labels.clamp_min(0).unsqueeze(1), known);
}

at::Tensor smooth(const at::Tensor& targets, const LabelSmoothing& smoothing,
                  const at::Tensor& prior) {
  const std::int64_t classes = targets.size(1);
  if (classes < 2)
    throw Error(Code::usage,
                fmt::format("label_smoothing: found {} class, expected at least 2", classes));
  if (smoothing.form == SmoothingForm::unigram)
    return smooth_by_prior(targets, smoothing.alpha, prior);
  const auto [on, off] = masses(smoothing, static_cast<double>(classes));
  return targets.mul(on - off).add_(off);
}

}  // namespace temper::loss
