#include "temper/mix/partners.h"

#include <numeric>
#include <utility>

namespace temper::mix {
namespace {

/// Rows that a random order has side by side.
std::vector<std::int64_t> random_pairs(std::int64_t rows, Random& random) {
  const auto order = random.permutation(rows);
  auto partners = order;
  std::iota(partners.begin(), partners.end(), std::int64_t{0});
  for (std::size_t i = 0; i + 1 < order.size(); i += 2) {
    partners[static_cast<std::size_t>(order[i])] = order[i + 1];
    partners[static_cast<std::size_t>(order[i + 1])] = order[i];
  }
  return partners;
}

}  // namespace

std::vector<std::int64_t> partners_of_two(Partner rule, Mode mode, std::int64_t rows,
                                          Random& random) {
  if (rule == Partner::permuted)
    return mode == Mode::pair ? random_pairs(rows, random) : random.permutation(rows);
  const auto of_row = [&](std::int64_t row) {
    if (rule == Partner::similar) return rows + row;
    return rule == Partner::reversed ? rows - 1 - row : (row + rows - 1) % rows;
  };
  std::vector<std::int64_t> partners;
  partners.reserve(static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) partners.push_back(of_row(row));
  return partners;
}

std::vector<std::int64_t> partners_of_many(Partner rule, std::int64_t row, std::int64_t rows,
                                           std::int64_t count, Random& random) {
  std::vector<std::int64_t> others(static_cast<std::size_t>(rows - 1));
  for (std::size_t i = 0; i < others.size(); ++i)
    others[i] = (row + rows - 1 - static_cast<std::int64_t>(i)) % rows;
  const auto wanted = static_cast<std::size_t>(count);
  if (rule != Partner::rolled)
    for (std::size_t i = 0; i < wanted; ++i)
      std::swap(others[i], others[i + random.below(others.size() - i)]);
  others.resize(wanted);
  return others;
}

}  // namespace temper::mix
