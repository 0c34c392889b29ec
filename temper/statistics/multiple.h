#pragma once
#include <cstdint>
#include <span>
#include <vector>

/// Several comparisons at once.
namespace temper::statistics {

/// Adjusted p-values (Holm 1979, "A simple sequentially rejective multiple test procedure"), in the
/// order given: those at most alpha are rejected, and the probability that this rejects any true
/// hypothesis is at most alpha, however the tests depend on one another. The i-th smallest of m
/// (from 0) is multiplied by m - i, is at least the one before, and at most 1.
/// @param p  each in [0, 1]; none is allowed. Throws Error{Code::data} otherwise.
std::vector<double> holm(std::span<const double> p);

/// The confidence level of each of several intervals that all cover at once with probability
/// `level` or more (Bonferroni; Dunn 1961, "Multiple comparisons among means"):
/// 1 - (1 - level) / comparisons. Throws Error{Code::data} unless 0 < level < 1 and
/// comparisons >= 1.
double bonferroni_level(double level, std::int64_t comparisons);

}  // namespace temper::statistics
