#include "temper/measure/calibration.h"

#include <ATen/ops/gather.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "temper/core/error.h"
#include "temper/measure/inputs.h"
#include "temper/measure/likelihood.h"

namespace temper::measure {
namespace {

/// The upper ends of the bins, ascending; the last is 1.
std::vector<double> equal_widths(std::int64_t bins) {
  std::vector<double> ends;
  for (std::int64_t i = 1; i <= bins; ++i)
    ends.push_back(static_cast<double>(i) / static_cast<double>(bins));
  return ends;
}

/// Of k bins for n confidences the first n mod k hold one more, as in numpy.array_split.
std::vector<double> equal_masses(std::span<const double> confidences, std::int64_t bins) {
  std::vector<double> sorted(confidences.begin(), confidences.end());
  std::ranges::sort(sorted);
  const auto n = static_cast<std::int64_t>(sorted.size());
  const auto k = std::min(bins, n);
  std::vector<double> ends;
  for (std::int64_t i = 1; i < k; ++i) {
    const auto next = static_cast<std::size_t>(i * (n / k) + std::min(i, n % k));
    ends.push_back((sorted[next - 1] + sorted[next]) / 2);
  }
  ends.push_back(1);
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  return ends;
}

std::vector<ReliabilityBin> empty_bins(const std::vector<double>& ends) {
  std::vector<ReliabilityBin> bins;
  double low = 0;
  for (const double high : ends) {
    bins.push_back({low, high, 0, 0, 0});
    low = high;
  }
  return bins;
}

/// The mean of |x| for x normal (the folded normal distribution).
double mean_distance(double mean, double variance) {
  if (variance <= 0) return std::abs(mean);
  const double deviation = std::sqrt(variance);
  return deviation * std::sqrt(2 / std::numbers::pi) * std::exp(-mean * mean / (2 * variance)) +
         mean * std::erf(mean / (deviation * std::numbers::sqrt2));
}

double images_in(const std::vector<ReliabilityBin>& bins) {
  double images = 0;
  for (const auto& bin : bins) images += static_cast<double>(bin.count);
  return images;
}

}  // namespace

std::vector<ReliabilityBin> reliability(const at::Tensor& logits, const at::Tensor& labels,
                                        std::int64_t bins, Binning binning) {
  check(logits, labels);
  if (bins < 1)
    throw Error(Code::data, fmt::format("{} calibration bins: expected at least 1", bins));
  const auto sure = confidence(logits).to(at::kCPU).contiguous();
  const auto right = logits.argmax(1).eq(labels).to(at::kCPU).contiguous();
  const std::span values(sure.const_data_ptr<double>(), static_cast<std::size_t>(sure.numel()));
  const auto ends = binning == Binning::width ? equal_widths(bins) : equal_masses(values, bins);
  auto result = empty_bins(ends);
  for (std::size_t row = 0; row < values.size(); ++row) {
    // A confidence above 1 by a rounding error falls into the last bin.
    const auto end = std::ranges::lower_bound(ends, std::min(values[row], 1.0));
    auto& bin = result[static_cast<std::size_t>(end - ends.begin())];
    ++bin.count;
    bin.confidence += values[row];
    bin.accuracy += right.const_data_ptr<bool>()[row] ? 1 : 0;
  }
  for (auto& bin : result) {
    const auto count = static_cast<double>(std::max(bin.count, std::int64_t{1}));
    bin.confidence /= count;
    bin.accuracy /= count;
  }
  return result;
}

double expected_calibration_error(const std::vector<ReliabilityBin>& bins) {
  const double images = images_in(bins);
  double sum = 0;
  for (const auto& bin : bins)
    sum += static_cast<double>(bin.count) * std::abs(bin.accuracy - bin.confidence);
  return images > 0 ? sum / images : 0;
}

double debiased_calibration_error(const std::vector<ReliabilityBin>& bins) {
  const double images = images_in(bins);
  double expected = 0;
  for (const auto& bin : bins) {
    const auto count = static_cast<double>(bin.count);
    if (count > 0)
      expected += count * mean_distance(bin.accuracy - bin.confidence,
                                        bin.accuracy * (1 - bin.accuracy) / count);
  }
  return images > 0 ? 2 * expected_calibration_error(bins) - expected / images : 0;
}

double brier_score(const at::Tensor& logits, const at::Tensor& labels) {
  check(logits, labels);
  double sum = 0;
  const auto pieces = logits.split(4096);
  const auto truths = labels.split(4096);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto p = at::softmax(pieces[i], 1, at::kDouble);
    // sum p^2 - 2 p_label + 1, without one-hot labels
    const auto own = p.gather(1, truths[i].unsqueeze(1)).squeeze(1);
    sum += p.square().sum(1).sub(own, 2).sum().item<double>();
  }
  return 1 + sum / static_cast<double>(logits.size(0));
}

}  // namespace temper::measure
