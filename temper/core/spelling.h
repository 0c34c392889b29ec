#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace temper {

/// Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions
/// and swaps of adjacent letters. Case is ignored, and `-` equals `_`.
/// Texts of more than 64 letters are compared exactly.
std::size_t spelling_distance(std::string_view a, std::string_view b);

/// The candidate of which `word` is probably a misspelling: the nearest one within a distance of a
/// third of the word's letters, at least 1 and at most 3, else the first that begins with a word of
/// at least four letters; empty when there is none.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// "did you mean 'optimizer'?", or "<otherwise> a, b, c" when no candidate is near.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise);

}  // namespace temper
