#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace temper::measure {

/// The images whose confidence lies in (low, high].
struct ReliabilityBin {
  double low;
  double high;
  std::int64_t count;
  double confidence;  ///< mean; 0 when the bin is empty
  double accuracy;    ///< fraction right; 0 when the bin is empty
};

/// Confidence against accuracy in bins of equal width over [0, 1], as a reliability diagram shows
/// them (Guo et al. 2017, "On calibration of modern neural networks", arXiv:1706.04599).
/// @param logits  floating [n, c], finite
/// @param labels  int64 [n], each in [0, c)
/// @param bins    >= 1. Throws Error{Code::data} otherwise, and as check() in inputs.h does
std::vector<ReliabilityBin> reliability(const at::Tensor& logits, const at::Tensor& labels,
                                        std::int64_t bins = 15);

/// Expected calibration error (ibid.): sum over bins of count/n * |accuracy - confidence|, in [0,
/// 1]. 0 where there are no images.
double expected_calibration_error(const std::vector<ReliabilityBin>& bins);

}  // namespace temper::measure
