#include "temper/measure/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "temper/core/error.h"
#include "temper/measure/inputs.h"
#include "temper/measure/likelihood.h"

namespace temper::measure {

std::vector<ReliabilityBin> reliability(const at::Tensor& logits, const at::Tensor& labels,
                                        std::int64_t bins) {
  check(logits, labels);
  if (bins < 1)
    throw Error(Code::data, fmt::format("{} calibration bins: expected at least 1", bins));
  const auto sure = confidence(logits).to(at::kCPU).contiguous();
  const auto right = logits.argmax(1).eq(labels).to(at::kCPU).contiguous();
  const auto width = static_cast<double>(bins);
  std::vector<ReliabilityBin> result;
  result.reserve(static_cast<std::size_t>(bins));
  for (std::int64_t i = 0; i < bins; ++i)
    result.push_back({static_cast<double>(i) / width, static_cast<double>(i + 1) / width, 0, 0, 0});
  for (std::int64_t row = 0; row < sure.numel(); ++row) {
    const double value = sure.data_ptr<double>()[row];
    const auto index = static_cast<std::int64_t>(std::ceil(value * width)) - 1;
    auto& bin = result[static_cast<std::size_t>(std::clamp(index, std::int64_t{0}, bins - 1))];
    ++bin.count;
    bin.confidence += value;
    bin.accuracy += right.data_ptr<bool>()[row] ? 1 : 0;
  }
  for (auto& bin : result) {
    const auto count = static_cast<double>(std::max(bin.count, std::int64_t{1}));
    bin.confidence /= count;
    bin.accuracy /= count;
  }
  return result;
}

double expected_calibration_error(const std::vector<ReliabilityBin>& bins) {
  double images = 0;
  double sum = 0;
  for (const auto& bin : bins) {
    images += static_cast<double>(bin.count);
    sum += static_cast<double>(bin.count) * std::abs(bin.accuracy - bin.confidence);
  }
  return images > 0 ? sum / images : 0;
}

}  // namespace temper::measure
