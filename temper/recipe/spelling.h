#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace temper::recipe {

/// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions
/// and swaps of neighbours. Case does not count, nor `-` against `_`.
std::size_t spelling_distance(std::string_view a, std::string_view b);

/// The candidate that a reader would call a slip of `word`: the nearest one within a third of its
/// letters (and at most three); empty when none is.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// "did you mean 'optimizer'?", or "<otherwise> a, b, c" when nothing is near.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise);

}  // namespace temper::recipe
