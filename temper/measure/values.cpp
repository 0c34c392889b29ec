#include "temper/measure/values.h"

#include <ATen/ops/isfinite.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "temper/core/error.h"

namespace temper::measure {
namespace {

Errors errors_of(const at::Tensor& predicted, const at::Tensor& targets) {
  const auto difference = predicted.sub(targets);
  const auto squares = difference.square().sum().item<double>();
  const auto spread = targets.sub(targets.mean()).square().sum().item<double>();
  const auto n = targets.size(0);
  double r2 = std::numeric_limits<double>::quiet_NaN();
  if (n > 1 && spread > 0)
    r2 = 1 - squares / spread;
  else if (n > 1)
    r2 = squares > 0 ? 0 : 1;
  return {std::sqrt(squares / static_cast<double>(n)), difference.abs().mean().item<double>(), r2};
}

Interval roots(const Interval& squares) {
  return {std::sqrt(squares.low), std::sqrt(squares.high)};
}

}  // namespace

void check(const ValuePredictions& answers) {
  const auto& [predicted, targets, deviation] = answers;
  if (predicted.dim() != 2 || predicted.size(0) < 1 || predicted.size(1) < 1 ||
      predicted.scalar_type() != at::kDouble || targets.scalar_type() != at::kDouble ||
      predicted.sizes() != targets.sizes() || std::ssize(deviation) != predicted.size(1) ||
      !std::ranges::all_of(deviation, [](double d) { return d > 0 && std::isfinite(d); }))
    throw Error(Code::data,
                fmt::format("predictions of shape [{}], targets of shape [{}] and {} deviations; "
                            "expected double [images >= 1, values >= 1], targets of the same shape "
                            "and one deviation above 0 per value",
                            fmt::join(predicted.sizes(), ", "), fmt::join(targets.sizes(), ", "),
                            deviation.size()));
  if (!at::isfinite(targets).all().item<bool>())
    throw Error(Code::data, "a target is not finite; expected finite numbers for every image");
  const auto broken = at::isfinite(predicted).all(1).logical_not().sum().item<std::int64_t>();
  if (broken > 0)
    throw Error(
        Code::numerical,
        fmt::format("the predictions for {} of {} images are not finite: the network has diverged "
                    "(try a lower learning rate, warm-up or gradient clipping)",
                    broken, predicted.size(0)));
}

std::vector<Errors> errors(const ValuePredictions& answers) {
  check(answers);
  std::vector<Errors> result;
  for (std::int64_t k = 0; k < answers.targets.size(1); ++k)
    result.push_back(errors_of(answers.predicted.select(1, k), answers.targets.select(1, k)));
  return result;
}

Errors mean_of(const std::vector<Errors>& errors) {
  const auto mean = [&](double Errors::* which) {
    double sum = 0;
    for (const auto& one : errors) sum += one.*which;
    return sum / static_cast<double>(errors.size());
  };
  return {mean(&Errors::rmse), mean(&Errors::mae), mean(&Errors::r2)};
}

at::Tensor squared_errors(const ValuePredictions& answers) {
  check(answers);
  const auto scaled =
      answers.predicted.sub(answers.targets).div(at::tensor(answers.deviation, at::kDouble));
  return scaled.square().mean(1);
}

std::vector<std::int64_t> largest_errors(const ValuePredictions& answers, std::int64_t limit) {
  const auto squares = squared_errors(answers).contiguous();
  const auto* size = squares.const_data_ptr<double>();
  std::vector<std::int64_t> rows(static_cast<std::size_t>(squares.numel()));
  std::iota(rows.begin(), rows.end(), 0);
  std::ranges::stable_sort(rows, [size](auto a, auto b) { return size[a] > size[b]; });
  rows.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 0, std::ssize(rows))));
  return rows;
}

ValueMetrics value_metrics(const ValuePredictions& answers, const BootstrapOptions& options) {
  const auto each = errors(answers);
  ValueMetrics figures{.images = answers.targets.size(0), .values = {}, .mean = mean_of(each)};
  const auto differences = answers.predicted.sub(answers.targets);
  for (std::size_t k = 0; k < each.size(); ++k) {
    const auto one = differences.select(1, static_cast<std::int64_t>(k));
    figures.values.push_back({.errors = each[k],
                              .rmse_interval = roots(bootstrap(one.square(), options)),
                              .mae_interval = bootstrap(one.abs(), options),
                              .bias = one.mean().item<double>()});
  }
  const auto squares = squared_errors(answers);
  figures.loss = squares.mean().item<double>();
  figures.loss_bootstrap = bootstrap(squares, options);
  return figures;
}

}  // namespace temper::measure
