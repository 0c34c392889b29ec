#include "temper/measure/figures.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/eq.h>

#include "temper/measure/accuracy.h"
#include "temper/measure/likelihood.h"

namespace temper::measure {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

CalibrationErrors calibration_errors(const at::Tensor& logits, const at::Tensor& labels,
                                     std::int64_t bins) {
  const auto width = reliability(logits, labels, bins, Binning::width);
  const auto mass = reliability(logits, labels, bins, Binning::mass);
  return {expected_calibration_error(width), expected_calibration_error(mass),
          debiased_calibration_error(mass), bins};
}

double Metrics::accuracy() const {
  return share(correct, images);
}

std::optional<double> Metrics::top_k() const {
  if (!top_k_correct) return std::nullopt;
  return share(*top_k_correct, images);
}

Metrics figures(const at::Tensor& logits, const at::Tensor& labels, const MetricsOptions& options) {
  Metrics f;
  f.correct = top_k_hits(logits, labels);
  f.images = logits.size(0);
  f.classes = logits.size(1);
  f.accuracy_interval = wilson(f.correct, f.images);
  f.accuracy_bootstrap = bootstrap(logits.argmax(1).eq(labels).to(at::kDouble), options.bootstrap);
  f.k = options.k;
  if (options.k < f.classes) f.top_k_correct = top_k_hits(logits, labels, options.k);
  const auto losses = negative_log_likelihoods(logits, labels);
  f.nll = losses.mean().item<double>();
  f.nll_bootstrap = bootstrap(losses, options.bootstrap);
  f.brier = brier_score(logits, labels);
  f.bins = reliability(logits, labels, options.bins);
  f.calibration = calibration_errors(logits, labels, options.bins);
  f.confusion = confusion_matrix(logits, labels);
  f.counts = class_counts(f.confusion);
  return f;
}

}  // namespace temper::measure
