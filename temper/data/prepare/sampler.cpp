#include "temper/data/prepare/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/random.h"

namespace temper::data {
namespace {

/// The weights and groups that an order is sampled from, for all epochs.
struct Weighted {
  std::vector<double> weights;
  std::vector<std::int64_t> groups;
};

Random random_of(std::uint64_t seed, std::int64_t epoch, std::uint64_t draw) {
  return {seed, Purpose::shuffle, {static_cast<std::uint64_t>(epoch), draw}};
}

std::vector<double> weights_of(const Source& source) {
  std::vector<double> weights(static_cast<std::size_t>(source.size()));
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights[i] = source.weight(static_cast<std::int64_t>(i));
  return weights;
}

bool all_alike(const std::vector<double>& weights) {
  return std::ranges::adjacent_find(weights, std::not_equal_to()) == weights.end();
}

/// The index of each weight among the distinct weights.
std::vector<std::int64_t> ranks(const std::vector<double>& weights) {
  auto values = weights;
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::vector<std::int64_t> result;
  result.reserve(weights.size());
  for (const double weight : weights)
    result.push_back(std::ranges::lower_bound(values, weight) - values.begin());
  return result;
}

Order order_of(Weighted weighted, std::uint64_t seed) {
  return
      [shared = std::make_shared<const Weighted>(std::move(weighted)), seed](std::int64_t epoch) {
        return weighted_rows(shared->weights, shared->groups, seed, epoch);
      };
}

double total(const std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) {
    if (!(weight >= 0) || !std::isfinite(weight))
      throw Error(
          Code::usage,
          fmt::format("an image of weight {}; expected a finite number of 0 or more", weight));
    sum += weight;
  }
  if (!(sum > 0) || !std::isfinite(sum))
    throw Error(Code::usage, fmt::format("the weights of {} images add up to {}; expected a finite "
                                         "number above 0",
                                         weights.size(), sum));
  return sum;
}

}  // namespace

std::vector<std::int64_t> weighted_rows(const std::vector<double>& weights,
                                        const std::vector<std::int64_t>& groups, std::uint64_t seed,
                                        std::int64_t epoch) {
  const auto n = std::ssize(weights);
  const double scale = static_cast<double>(n) / total(weights);
  auto images = random_of(seed, epoch, 1).permutation(n);
  std::ranges::stable_sort(
      images, {}, [&](std::int64_t image) { return groups[static_cast<std::size_t>(image)]; });
  // Systematic sampling: equally spaced points over the cumulative sum of the weights.
  std::vector<std::int64_t> chosen;
  chosen.reserve(weights.size());
  const double offset = random_of(seed, epoch, 2).uniform();
  double end = 0;
  for (const auto image : images) {
    end += weights[static_cast<std::size_t>(image)] * scale;
    while (std::ssize(chosen) < n && static_cast<double>(chosen.size()) + offset < end)
      chosen.push_back(image);
  }
  // Rounding can leave out the last point.
  while (std::ssize(chosen) < n) chosen.push_back(images.back());
  std::vector<std::int64_t> rows;
  rows.reserve(chosen.size());
  for (const auto k : random_of(seed, epoch, 3).permutation(n))
    rows.push_back(chosen[static_cast<std::size_t>(k)]);
  return rows;
}

Order shuffled(const Source& source, std::uint64_t seed) {
  auto weights = weights_of(source);
  if (all_alike(weights)) return {};
  (void)total(weights);
  auto groups = ranks(weights);
  return order_of({std::move(weights), std::move(groups)}, seed);
}

Order class_balanced(const Source& source, double power, std::uint64_t seed) {
  if (source.classes().empty())
    throw Error(Code::usage, {.option = "data.sampling"},
                "data.sampling = class_balanced for data with values; expected classes, or another "
                "sampling, such as shuffle");
  auto weights = weights_of(source);
  std::vector<std::int64_t> labels;
  std::vector<double> of_class(source.classes().size());
  std::vector<double> images(of_class.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto label = source.label(static_cast<std::int64_t>(i));
    if (label < 0)
      throw Error(Code::usage, {.image = source.where(static_cast<std::int64_t>(i))},
                  "it has no label; class_balanced sampling needs one");
    labels.push_back(label);
    of_class.at(static_cast<std::size_t>(label)) += weights[i];
    images[static_cast<std::size_t>(label)] += 1;
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto label = static_cast<std::size_t>(labels[i]);
    if (of_class[label] > 0) weights[i] *= std::pow(images[label], power) / of_class[label];
  }
  (void)total(weights);
  return order_of({std::move(weights), std::move(labels)}, seed);
}

Order repeated(const Source& source, std::int64_t times, std::uint64_t seed) {
  if (times < 2)
    throw Error(
        Code::usage,
        fmt::format("repeated augmentation with {} repetitions; expected 2 or more", times));
  return [n = source.size(), times, seed, once = shuffled(source, seed)](std::int64_t epoch) {
    auto order = once ? once(epoch) : random_of(seed, epoch, 1).permutation(n);
    for (auto row = n - 1; row >= 0; --row)
      order[static_cast<std::size_t>(row)] = order[static_cast<std::size_t>(row / times)];
    return order;
  };
}

Order continued(Order pass, std::int64_t images, std::int64_t rows) {
  return [pass = std::move(pass), images, rows](std::int64_t epoch) {
    std::vector<std::int64_t> order;
    order.reserve(static_cast<std::size_t>(rows));
    std::vector<std::int64_t> current;
    for (auto at = epoch * rows; at < (epoch + 1) * rows; ++at) {
      if (current.empty() || at % images == 0) current = pass(at / images);
      order.push_back(current[static_cast<std::size_t>(at % images)]);
    }
    return order;
  };
}

std::vector<std::int64_t> epoch_permutation(std::int64_t images, std::uint64_t seed,
                                            std::int64_t epoch) {
  return Random(seed, Purpose::shuffle, {static_cast<std::uint64_t>(epoch)}).permutation(images);
}

Order permuted(std::int64_t images, std::uint64_t seed) {
  return [images, seed](std::int64_t epoch) { return epoch_permutation(images, seed, epoch); };
}

}  // namespace temper::data
