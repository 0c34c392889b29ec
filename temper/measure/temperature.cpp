#include "temper/measure/temperature.h"

#include <ATen/ops/div.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "temper/core/error.h"
#include "temper/measure/inputs.h"

namespace temper::measure {
namespace {

constexpr double kLowest = 0.01;
constexpr double kHighest = 100;

/// The mean negative log-likelihood of softmax(b z), with its derivatives with respect to b.
struct Loss {
  double value = 0;
  double slope = 0;
  double curvature = 0;
};

Loss loss_at(const at::Tensor& logits, const at::Tensor& labels, double b) {
  Loss loss;
  const auto pieces = logits.split(4096);
  const auto truths = labels.split(4096);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    // Only differences of logits matter; relative to the label's the sums below stay small.
    const auto z = pieces[i].to(at::kDouble);
    const auto relative = z.sub(z.gather(1, truths[i].unsqueeze(1)));
    const auto logarithms = at::log_softmax(relative.mul(b), 1);
    const auto p = logarithms.exp();
    const auto mean = p.mul(relative).sum(1, /*keepdim=*/true);
    loss.value -= logarithms.gather(1, truths[i].unsqueeze(1)).sum().item<double>();
    loss.slope += mean.sum().item<double>();
    loss.curvature += p.mul(relative.sub(mean).square()).sum().item<double>();
  }
  const auto n = static_cast<double>(logits.size(0));
  return {loss.value / n, loss.slope / n, loss.curvature / n};
}

/// The b in [low, high] at which the slope, which increases with b, is zero; a bound if the zero is
/// beyond it. Newton's method, with bisection of log b when a step leaves the bracket.
double minimum(const at::Tensor& logits, const at::Tensor& labels, double low, double high) {
  if (loss_at(logits, labels, low).slope >= 0) return low;
  if (loss_at(logits, labels, high).slope <= 0) return high;
  double b = 1;
  for (int i = 0; i < 200; ++i) {
    const auto loss = loss_at(logits, labels, b);
    (loss.slope > 0 ? high : low) = b;
    double next = loss.curvature > 0 ? b - loss.slope / loss.curvature : low;
    const bool between = next > low && next < high;
    if (!between) next = std::sqrt(low * high);
    if (std::abs(next - b) <= 1e-14 * b) return next;
    b = next;
  }
  return b;
}

}  // namespace

Temperature fit_temperature(const at::Tensor& logits, const at::Tensor& labels) {
  check(logits, labels);
  const double before = loss_at(logits, labels, 1).value;
  const double b = minimum(logits, labels, 1 / kHighest, 1 / kLowest);
  const bool at_bound = b == 1 / kHighest || b == 1 / kLowest;
  return {1 / b, before, loss_at(logits, labels, b).value, at_bound};
}

at::Tensor divided(const at::Tensor& logits, double temperature) {
  if (!std::isfinite(temperature) || temperature <= 0)
    throw Error(Code::data, fmt::format("the temperature is {}; expected > 0", temperature));
  return logits.to(at::kDouble).div(temperature);
}

}  // namespace temper::measure
