#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace temper::measure {

/// What the bins have in common: their width, or the number of images in them.
enum class Binning : std::uint8_t { width, mass };

/// The images whose confidence lies in (low, high].
struct ReliabilityBin {
  double low;
  double high;
  std::int64_t count;
  double confidence;  ///< mean; 0 when the bin is empty
  double accuracy;    ///< fraction right; 0 when the bin is empty
};

/// Confidence against accuracy in bins over [0, 1], as a reliability diagram shows them (Guo et al.
/// 2017, "On calibration of modern neural networks", arXiv:1706.04599). Bins of equal mass end half
/// way between neighbours in confidence; equal ones stay together, so there may be fewer bins than
/// asked for (Kumar et al. 2019, arXiv:1909.10155, and their package).
/// @param logits   floating [n, c], finite
/// @param labels   int64 [n], each in [0, c)
/// @param bins     >= 1. Throws Error{Code::data} otherwise, and as check() in inputs.h does
std::vector<ReliabilityBin> reliability(const at::Tensor& logits, const at::Tensor& labels,
                                        std::int64_t bins = 15, Binning binning = Binning::width);

/// Expected calibration error (ibid.): sum over bins of count/n * |accuracy - confidence|, in [0,
/// 1]. 0 where there are no images.
double expected_calibration_error(const std::vector<ReliabilityBin>& bins);

/// The same less a part of what chance alone adds to it, for few images in a bin look badly
/// calibrated in any case (Kumar et al. 2019, "Verified uncertainty calibration", arXiv:1909.10155,
/// their debiased estimator of the ECE). A bin's accuracy a is taken for normal with variance
/// a (1 - a) / count, and the mean of its distance from the confidence is known in closed form,
/// where the paper's code draws it:
///
///   2 ECE - sum over bins of count/n * E|N(a - confidence, a (1 - a) / count)|
///
/// Where the error is large, all that chance adds is taken off; of a perfectly calibrated network
/// 2 - sqrt(2) = 59% of it is left. May lie below 0. Meant for bins of equal mass.
double debiased_calibration_error(const std::vector<ReliabilityBin>& bins);

/// Brier score (Brier 1950, "Verification of forecasts expressed in terms of probability"): mean
/// over rows of sum_c (p_c - [c is the label])^2, in [0, 2], p the softmax.
double brier_score(const at::Tensor& logits, const at::Tensor& labels);

}  // namespace temper::measure
