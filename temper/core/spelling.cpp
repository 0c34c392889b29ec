#include "temper/core/spelling.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace temper {
namespace {

constexpr std::size_t kLongest = 64;  // all option names are much shorter

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '-' ? '_' : c;
}

/// Whether a candidate begins with a word of several letters.
bool begins_with(std::string_view candidate, std::string_view word) {
  return word.size() >= 4 && word.size() < candidate.size() &&
         std::ranges::equal(candidate.substr(0, word.size()), word, {}, folded, folded);
}

}  // namespace

std::size_t spelling_distance(std::string_view a, std::string_view b) {
  if (std::max(a.size(), b.size()) > kLongest) return a == b ? 0 : std::max(a.size(), b.size());
  using Row = std::array<std::size_t, kLongest + 1>;
  Row before{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
          folded(a[i - 2]) == folded(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::size_t allowed = std::clamp<std::size_t>(word.size() / 3, 1, 3);
  std::string_view best;
  std::size_t best_distance = allowed + 1;
  for (const auto candidate : candidates) {
    const auto distance = spelling_distance(word, candidate);
    if (distance < best_distance && distance < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  if (!best.empty()) return best;
  const auto longer = std::ranges::find_if(
      candidates, [&](std::string_view candidate) { return begins_with(candidate, word); });
  return longer == candidates.end() ? std::string_view() : *longer;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates,
                       std::string_view otherwise) {
  const auto near = nearest(word, candidates);
  if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  return fmt::format("{} {}", otherwise, fmt::join(candidates, ", "));
}

}  // namespace temper
