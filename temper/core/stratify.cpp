#include "temper/core/stratify.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace temper {

std::vector<std::int64_t> stratified_counts(const std::vector<std::int64_t>& counts,
                                            double fraction) {
  std::vector<std::int64_t> result(counts.size());
  std::vector<std::pair<double, std::size_t>> remainders;
  std::int64_t open = std::llround(fraction * static_cast<double>(std::accumulate(
                                                  counts.begin(), counts.end(), std::int64_t{0})));
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const double share = fraction * static_cast<double>(counts[c]);
    const auto whole = static_cast<std::int64_t>(share);
    result[c] = std::clamp<std::int64_t>(whole, 0, std::max<std::int64_t>(counts[c] - 1, 0));
    open -= result[c];
    if (result[c] < counts[c] - 1) remainders.emplace_back(share - static_cast<double>(whole), c);
  }
  std::ranges::sort(remainders, {}, [](const auto& of) { return std::pair(-of.first, of.second); });
  for (const auto& [remainder, c] : remainders)
    if (open > 0) {
      ++result[c];
      --open;
    }
  return result;
}

}  // namespace temper
