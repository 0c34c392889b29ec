#include "temper/data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/data/subset.h"

namespace temper::data {
namespace {

/// How many of each class's images go, in total round(fraction * images): floors first, then one
/// more where the remainder is largest. At least one image of a class stays.
std::vector<std::int64_t> quotas(const std::vector<std::int64_t>& counts, double fraction) {
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
  std::stable_sort(remainders.begin(), remainders.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [remainder, c] : remainders)
    if (open > 0) {
      ++result[c];
      --open;
    }
  return result;
}

}  // namespace

Split stratified_split(const Source& source, double fraction, std::uint64_t seed) {
  if (!(fraction >= 0 && fraction < 1))
    throw Error(Code::usage,
                fmt::format("data.validation = {}; expected a share in [0, 1)", fraction));
  std::vector<std::vector<std::int64_t>> rows(source.classes().size());
  for (std::int64_t i = 0; i < source.size(); ++i)
    if (const auto label = source.label(i); label >= 0)
      rows.at(static_cast<std::size_t>(label)).push_back(i);
  std::vector<std::int64_t> counts;
  for (const auto& of_class : rows) counts.push_back(std::ssize(of_class));
  const auto quota = quotas(counts, fraction);

  std::vector<bool> taken(static_cast<std::size_t>(source.size()));
  for (std::size_t c = 0; c < rows.size(); ++c) {
    const auto order = Random(seed, Purpose::split, {c}).permutation(counts[c]);
    for (std::int64_t k = 0; k < quota[c]; ++k) {
      const auto chosen = order[static_cast<std::size_t>(k)];
      taken[static_cast<std::size_t>(rows[c][static_cast<std::size_t>(chosen)])] = true;
    }
  }
  Split split;
  for (std::int64_t i = 0; i < source.size(); ++i)
    (taken[static_cast<std::size_t>(i)] ? split.validation : split.train).push_back(i);
  return split;
}

std::vector<std::int64_t> random_rows(std::int64_t n, std::int64_t count, std::uint64_t seed) {
  auto rows = Random(seed, Purpose::split).permutation(n);
  rows.resize(static_cast<std::size_t>(std::min(n, count)));
  std::sort(rows.begin(), rows.end());
  return rows;
}

Dataset prepare(Dataset dataset, double validation, std::int64_t limit, std::uint64_t seed) {
  if (limit < 0)
    throw Error(Code::usage, fmt::format("data.limit = {}; expected 0 (all) or more", limit));
  if (!dataset.validation && validation != 0) {
    auto [train, held_out] = stratified_split(*dataset.train, validation, seed);
    if (held_out.empty())
      throw Error(Code::usage,
                  fmt::format("data.validation = {} of {} training images is not one image; give a "
                              "larger share, or 0 for none",
                              validation, dataset.train->size()));
    dataset.validation = std::make_shared<Subset>(dataset.train, std::move(held_out));
    dataset.train = std::make_shared<Subset>(dataset.train, std::move(train));
  }
  if (limit > 0 && limit < dataset.train->size())
    dataset.train =
        std::make_shared<Subset>(dataset.train, random_rows(dataset.train->size(), limit, seed));
  return dataset;
}

}  // namespace temper::data
