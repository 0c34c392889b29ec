#include "temper/statistics/multiple.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "temper/statistics/checks.h"

namespace temper::statistics {

std::vector<double> holm(std::span<const double> p) {
  for (const double value : p)
    if (!(value >= 0 && value <= 1)) refuse("p-value", value, "a number from 0 to 1");
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(p[i], i); });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, static_cast<double>(p.size() - rank) * p[order[rank]]);
    adjusted[order[rank]] = std::min(1.0, largest);
  }
  return adjusted;
}

double bonferroni_level(double level, std::int64_t comparisons) {
  check_fraction("level", level);
  if (comparisons < 1)
    refuse("number of comparisons", static_cast<double>(comparisons), "at least 1");
  return 1 - (1 - level) / static_cast<double>(comparisons);
}

}  // namespace temper::statistics
