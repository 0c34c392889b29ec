#include "temper/augment/policies/choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"

namespace temper::augment {

std::size_t draw_one(std::size_t count, std::span<const double> weights,
                     std::span<const std::size_t> taken, Random& random) {
  const auto weight = [&](std::size_t k) {
    if (std::ranges::find(taken, k) != taken.end()) return 0.0;
    return weights.empty() ? 1.0 : weights[k];
  };
  double total = 0;
  std::size_t last = 0;  // the last one that can be drawn, should rounding leave something over
  for (std::size_t k = 0; k < count; ++k) {
    total += weight(k);
    if (weight(k) > 0) last = k;
  }
  double left = random.uniform(0, total);
  for (std::size_t k = 0; k < last; ++k) {
    if (left < weight(k)) return k;
    left -= weight(k);
  }
  return last;
}

void check_weights(std::string_view kind, std::span<const double> weights, std::size_t operations,
                   std::size_t drawn) {
  if (weights.empty()) return;
  if (weights.size() != operations)
    throw Error(Code::usage,
                fmt::format("{} has {} weights for {} operations; expected one for each operation, "
                            "or an empty list for equal ones",
                            kind, weights.size(), operations));
  const auto positive = std::ranges::count_if(weights, [](double weight) { return weight > 0; });
  if (static_cast<std::size_t>(positive) < drawn)
    throw Error(Code::usage, fmt::format("{} has {} weights above 0; expected at least {}, as many "
                                         "as operations are drawn",
                                         kind, positive, drawn));
}

}  // namespace temper::augment
