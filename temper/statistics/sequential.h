#pragma once
#include <span>
#include <vector>

namespace temper::statistics {

/// The bounds of a test that is looked at several times while seeds are added, and stopped at the
/// first look whose |z| reaches its bound, so that all looks together call a null effect different
/// with probability alpha (Lan, DeMets 1983, "Discrete sequential boundaries for clinical trials").
/// Both sides spend half of alpha, by the function whose bounds resemble O'Brien and Fleming's:
/// after a fraction t of the information, 2 - 2 Phi(z_{1 - alpha / 4} / sqrt(t)) a side, where z is
/// the normal distribution's quantile. The distribution of the looks is computed by numerical
/// integration (Armitage, McPherson, Rowe 1969, "Repeated significance tests on accumulating
/// data"); the error of a bound is below 1e-8. A bound that even 1e-15 of probability does not
/// reach is infinite: that look can't stop.
///
/// For a t test of n pairs, compare its two-sided p-value with that of the bound, 2 Phi(-bound)
/// (Jennison, Turnbull 2000, "Group sequential methods", section 4.4): that nearly holds alpha, see
/// docs/study-file.md.
/// @param information_fractions  of each look: seeds so far by those of the last look; increasing,
///                               in (0, 1]
/// @param alpha  of all looks and both sides together. Throws Error{Code::data} for anything else.
std::vector<double> spending_bounds(std::span<const double> information_fractions, double alpha);

}  // namespace temper::statistics
