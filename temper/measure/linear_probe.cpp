#include "temper/measure/linear_probe.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "temper/core/error.h"

namespace temper::measure {
namespace {

constexpr std::size_t kMemory = 10;   // pairs of differences that L-BFGS keeps
constexpr double kSufficient = 1e-4;  // of the decrease that the slope predicts (Armijo)
constexpr double kRounding = 1e-14;   // of the objective, by which a value may be wrong
constexpr int kMostHalvings = 60;

void check(const at::Tensor& features, const at::Tensor& labels, std::int64_t classes,
           const ProbeOptions& options) {
  if (!(options.c > 0) || !std::isfinite(options.c) || !(options.tolerance > 0) ||
      options.most_iterations < 1)
    throw Error(Code::usage,
                fmt::format("linear probe: C = {}, tolerance {}, {} iterations; expected finite "
                            "numbers > 0",
                            options.c, options.tolerance, options.most_iterations));
  if (features.dim() != 2 || !features.is_floating_point() || features.numel() == 0 ||
      labels.dim() != 1 || labels.scalar_type() != at::kLong || labels.size(0) != features.size(0))
    throw Error(Code::data,
                fmt::format("linear probe: features [{}] and labels [{}]; expected "
                            "[n, d] and [n]",
                            fmt::join(features.sizes(), ", "), fmt::join(labels.sizes(), ", ")));
  const auto lowest = labels.min().item<std::int64_t>(),
             highest = labels.max().item<std::int64_t>();
  if (lowest < 0 || highest >= classes || lowest == highest)
    throw Error(Code::data,
                fmt::format("linear probe: labels {} to {}; expected at least two classes of 0 to "
                            "{}",
                            lowest, highest, classes - 1));
  if (!std::isfinite(features.sum(at::kDouble).item<double>()))
    throw Error(Code::data, "linear probe: features that are not finite");
}

/// The objective, divided by C and the number of images, and its gradient.
struct Objective {
  at::Tensor x;        ///< double [n, d + 1], with a column of ones
  at::Tensor labels;   ///< int64 [n]
  double penalty = 0;  ///< of |W|^2 / 2

  struct Point {
    at::Tensor place;  ///< double [classes, d + 1]: weights, and biases in the last column
    double value = 0;
    at::Tensor gradient;
  };

  [[nodiscard]] Point operator()(const at::Tensor& place) const {
    const auto truth = labels.unsqueeze(1);
    const auto n = static_cast<double>(x.size(0));
    const auto logarithms = at::log_softmax(at::matmul(x, place.t()), 1);
    auto weight = place.clone();
    weight.narrow(1, place.size(1) - 1, 1).zero_();
    const double loss = -logarithms.gather(1, truth).sum().item<double>() / n +
                        penalty / 2 * weight.square().sum().item<double>();
    auto slopes = logarithms.exp();
    slopes.scatter_add_(1, truth, at::ones_like(truth, at::kDouble).neg());
    return {place, loss, at::matmul(slopes.t(), x).div(n).add(weight, penalty)};
  }
};

double product(const at::Tensor& a, const at::Tensor& b) {
  return a.mul(b).sum().item<double>();
}

/// Differences between successive points, from which L-BFGS knows the curvature.
class History {
 public:
  void add(const Objective::Point& from, const Objective::Point& to) {
    Pair pair{to.place.sub(from.place), to.gradient.sub(from.gradient), 0};
    const double curvature = product(pair.step, pair.change);
    if (!(curvature > 0)) return;
    pair.inverse = 1 / curvature;
    if (pairs_.size() == kMemory) pairs_.pop_front();
    pairs_.push_back(std::move(pair));
  }

  [[nodiscard]] bool empty() const { return pairs_.empty(); }
  void clear() { pairs_.clear(); }

  /// Minus the inverse Hessian times the gradient: the two loops of the paper.
  [[nodiscard]] at::Tensor direction(const at::Tensor& gradient) const {
    auto result = gradient.neg();
    std::vector<double> shares;
    for (const auto& pair : pairs_ | std::views::reverse) {
      shares.push_back(pair.inverse * product(pair.step, result));
      result.sub_(pair.change, shares.back());
    }
    if (!pairs_.empty()) {
      const auto& last = pairs_.back();
      result.div_(last.inverse * product(last.change, last.change));
    }
    for (const auto& pair : pairs_) {
      const double share = shares.back() - pair.inverse * product(pair.change, result);
      shares.pop_back();
      result.add_(pair.step, share);
    }
    return result;
  }

 private:
  struct Pair {
    at::Tensor step;
    at::Tensor change;   ///< of the gradient
    double inverse = 0;  ///< 1 / (step . change)
  };
  std::deque<Pair> pairs_;
};

/// The next point along a direction in which the objective decreases; nothing where rounding leaves
/// no decrease.
std::optional<Objective::Point> descend(const Objective& objective, const Objective::Point& from,
                                        const at::Tensor& direction, double step) {
  const double slope = product(direction, from.gradient);
  if (!(slope < 0)) return std::nullopt;
  for (int halving = 0; halving < kMostHalvings; ++halving, step /= 2) {
    auto to = objective(from.place.add(direction, step));
    const double wrong = kRounding * std::abs(from.value);
    if (to.value <= from.value + kSufficient * step * slope + wrong) return to;
  }
  return std::nullopt;
}

double largest(const at::Tensor& gradient) {
  return gradient.abs().max().item<double>();
}

}  // namespace

LinearProbe fit_linear_probe(const at::Tensor& features, const at::Tensor& labels,
                             std::int64_t classes, const ProbeOptions& options) {
  check(features, labels, classes, options);
  const c10::InferenceMode inference;
  const auto n = features.size(0), d = features.size(1);
  // Not by cat(), so that there is no second copy in double.
  const auto x = at::ones({n, d + 1}, at::kDouble);
  x.narrow(1, 0, d).copy_(features);
  const Objective objective{
      .x = x,
      .labels = labels,
      .penalty = (classes == 2 ? 2.0 : 1.0) / (options.c * static_cast<double>(n))};
  auto point = objective(at::zeros({classes, d + 1}, at::kDouble));
  History history;
  LinearProbe probe;
  for (; probe.iterations < options.most_iterations; ++probe.iterations) {
    if (largest(point.gradient) <= options.tolerance) break;
    if (options.cancel && options.cancel()) break;
    const double step = history.empty() ? std::min(1.0, 1 / largest(point.gradient)) : 1.0;
    auto next = descend(objective, point, history.direction(point.gradient), step);
    if (!next && history.empty()) break;
    if (!next) {
      history.clear();  // along the gradient, then
      continue;
    }
    history.add(point, *next);
    point = std::move(*next);
  }
  probe.converged = largest(point.gradient) <= options.tolerance;
  probe.weight = point.place.narrow(1, 0, d).clone();
  probe.bias = point.place.select(1, d).clone();
  return probe;
}

at::Tensor probe_logits(const LinearProbe& probe, const at::Tensor& features) {
  return at::addmm(probe.bias, features.to(at::kDouble), probe.weight.t());
}

}  // namespace temper::measure
