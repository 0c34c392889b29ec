#include "temper/measure/gap.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/var.h>

#include <cmath>

#include "temper/measure/likelihood.h"

namespace temper::measure {
namespace {

/// A mean with the square of its standard error.
struct Mean {
  double value;
  double variance;
};

Mean mean_of(const at::Tensor& values) {
  const auto n = values.size(0);
  return {values.mean().item<double>(),
          n < 2 ? 0 : values.var(/*unbiased=*/true).item<double>() / static_cast<double>(n)};
}

Interval around(double difference, const Mean& left, const Mean& right) {
  constexpr double z = 1.959963984540054;  // the normal distribution's 97.5% point
  const double half = z * std::sqrt(left.variance + right.variance);
  return {difference - half, difference + half};
}

Fraction correct(const at::Tensor& logits, const at::Tensor& labels) {
  return {logits.argmax(1).eq(labels).sum().item<std::int64_t>(), labels.size(0)};
}

double value_of(const Fraction& fraction) {
  return static_cast<double>(fraction.successes) / static_cast<double>(fraction.trials);
}

}  // namespace

LossGap loss_gap(const at::Tensor& training, const at::Tensor& held_out) {
  const auto trained = mean_of(training);
  const auto seen_anew = mean_of(held_out);
  const double value = seen_anew.value - trained.value;
  return {value, around(value, trained, seen_anew)};
}

Gap generalisation_gap(const at::Tensor& training_logits, const at::Tensor& training_labels,
                       const at::Tensor& logits, const at::Tensor& labels) {
  const auto loss = loss_gap(negative_log_likelihoods(training_logits, training_labels),
                             negative_log_likelihoods(logits, labels));
  const auto trained = correct(training_logits, training_labels);
  const auto seen_anew = correct(logits, labels);
  return {loss.value, value_of(trained) - value_of(seen_anew), loss.interval,
          newcombe(trained, seen_anew)};
}

}  // namespace temper::measure
