#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"

namespace temper::measure {

/// Bins of equal width, or with equal numbers of images.
enum class Binning : std::uint8_t { width, mass };

/// The images whose confidence lies in (low, high].
struct ReliabilityBin {
  double low;
  double high;
  std::int64_t count;
  double confidence;  ///< mean; 0 if the bin is empty
  double accuracy;    ///< fraction of correct predictions; 0 if the bin is empty

  static constexpr auto keys() {
    return std::tuple{key("low", &ReliabilityBin::low), key("high", &ReliabilityBin::high),
                      key("count", &ReliabilityBin::count),
                      key("confidence", &ReliabilityBin::confidence),
                      key("accuracy", &ReliabilityBin::accuracy)};
  }
};

/// Confidence and accuracy in bins over [0, 1], for a reliability diagram (Guo et al. 2017, "On
/// calibration of modern neural networks", arXiv:1706.04599). Bins of equal mass end halfway
/// between neighboring confidences; equal confidences share a bin, so there may be fewer bins than
/// requested (Kumar et al. 2019, arXiv:1909.10155, and their package).
/// @param logits   floating [n, c], finite
/// @param labels   int64 [n], each in [0, c)
/// @param bins     >= 1. Throws Error{Code::data} otherwise, and as check() in inputs.h does
std::vector<ReliabilityBin> reliability(const at::Tensor& logits, const at::Tensor& labels,
                                        std::int64_t bins = 15, Binning binning = Binning::width);

/// Expected calibration error (ibid.): sum over bins of count/n * |accuracy - confidence|, in [0,
/// 1]. 0 without images.
double expected_calibration_error(const std::vector<ReliabilityBin>& bins);

/// The same minus an estimate of its bias, as bins with few images look badly calibrated by chance
/// (Kumar et al. 2019, "Verified uncertainty calibration", arXiv:1909.10155, their debiased
/// estimator of the ECE). A bin's accuracy a is taken to be normal with variance a (1 - a) / count.
/// The mean of its distance from the confidence is then known in closed form; the paper's code
/// samples it:
///
///   2 ECE - sum over bins of count/n * E|N(a - confidence, a (1 - a) / count)|
///
/// If the error is large, the bias is removed entirely; of that of a perfectly calibrated network
/// 2 - sqrt(2) = 59% remains. May be negative. Meant for bins of equal mass.
double debiased_calibration_error(const std::vector<ReliabilityBin>& bins);

/// Brier score (Brier 1950, "Verification of forecasts expressed in terms of probability"): mean
/// over rows of sum_c (p_c - [c is the label])^2, in [0, 2], p the softmax.
double brier_score(const at::Tensor& logits, const at::Tensor& labels);

}  // namespace temper::measure
