#include "temper/study/definition/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/recipe/text.h"

namespace temper::study {
namespace {

constexpr std::array<std::string_view, 2> kSplits{"validation", "test"};

/// The split that a name begins with, and the rest of it.
std::pair<std::string_view, std::string_view> parted(std::string_view name) {
  for (const auto split : kSplits)
    if (name.starts_with(split) && name.substr(split.size()).starts_with('.'))
      return {split, name.substr(split.size() + 1)};
  return {"", name};
}

const Metric* find(std::string_view name) {
  const auto [split, rest] = parted(name);
  const auto metric = std::ranges::find(metrics(), rest, &Metric::name);
  if (metric == metrics().end() || (!split.empty() && !metric->by_split)) return nullptr;
  return &*metric;
}

}  // namespace

const std::vector<Metric>& metrics() {
  // name, title, unit, scale, digits; higher is better, by split, for classes, for values
  static const std::vector<Metric> all{
      {"accuracy", "accuracy", "points", 100, 2, true, true, true},
      {"top_k.accuracy", "top-k accuracy", "points", 100, 2, true, true, true},
      {"loss", "loss", "", 1, 4, false, true},
      {"brier", "Brier score", "", 1, 4, false, true, true},
      {"calibration_error.equal_width", "ECE", "points", 100, 2, false, true, true},
      {"calibration_error.equal_mass", "ECE, equal mass", "points", 100, 2, false, true, true},
      {"calibration_error.debiased", "ECE, debiased", "points", 100, 2, false, true, true},
      {"temperature.loss", "loss at the fitted temperature", "", 1, 4, false, true, true},
      {"temperature.brier", "Brier score at the fitted temperature", "", 1, 4, false, true, true},
      {"temperature.calibration_error.equal_width", "ECE at the fitted temperature", "points", 100,
       2, false, true, true},
      {"rmse", "RMSE", "", 1, 4, false, true, false, true},
      {"mae", "MAE", "", 1, 4, false, true, false, true},
      {"r2", "R^2", "", 1, 4, true, true, false, true},
      {"gap.loss", "gap in loss", "", 1, 3, false, false},
      {"gap.accuracy", "gap in accuracy", "points", 100, 2, false, false, true},
      {"weight_norms.l1", "L1 norm of the weights", "", 1, 1, false, false},
      {"weight_norms.l2", "L2 norm of the weights", "", 1, 2, false, false},
      {"weight_norms.root_mean_square", "root mean square weight", "", 1, 4, false, false},
      {"sensitivity.mean", "input sensitivity", "", 1, 4, false, true, true},
      {"fgsm.accuracy", "accuracy under FGSM", "points", 100, 2, true, true, true},
      {"pgd.accuracy", "accuracy under PGD", "points", 100, 2, true, true, true},
      {"attacked.accuracy", "accuracy under evaluation.attack", "points", 100, 2, true, false,
       true},
      {"attacked.deviation", "deviation of the accuracy under evaluation.attack between epochs",
       "points", 100, 2, false, false, true},
      {"clusters.training.ratio", "distance within / between classes, training images", "", 1, 3,
       false, false, true},
      {"clusters.validation.ratio", "distance within / between classes, validation images", "", 1,
       3, false, false, true},
      {"clusters.test.ratio", "distance within / between classes, test images", "", 1, 3, false,
       false, true},
      {"seconds", "training time", "s", 1, 1, false, false},
      {"time.forward", "time of forward passes", "s", 1, 2, false, false},
      {"time.backward", "time of backward passes", "s", 1, 2, false, false},
      {"time.passes", "time of forward and backward passes", "s", 1, 2, false, false},
      {"first_loss", "loss of the first logged steps", "", 1, 4, false, false},
      {"parameters", "parameters", "", 1, 0, false, false},
      {"multiply_adds", "multiply-adds per image", "", 1, 0, false, false},
      {"steps", "training steps", "", 1, 0, false, false},
      {"early_stop.by_patience", "runs ended by early stopping", "", 1, 2, false, false}};
  return all;
}

const Metric& metric_of(std::string_view name) {
  if (const auto* metric = find(name)) return *metric;
  const auto [split, rest] = parted(name);
  std::vector<std::string_view> names;
  for (const auto& metric : metrics())
    if (split.empty() || metric.by_split) names.push_back(metric.name);
  throw Error(Code::usage, fmt::format("there is no figure {}{}: {}", recipe::quote(name),
                                       split.empty() ? "" : fmt::format(" of the {} set", split),
                                       suggestion(rest, names, "there are")));
}

std::string metric_key(std::string_view name, std::string_view split) {
  const auto& metric = metric_of(name);
  if (!metric.by_split) return std::string(metric.name);
  const auto own = parted(name).first;
  return fmt::format("{}.{}", own.empty() ? split : own, metric.name);
}

}  // namespace temper::study
