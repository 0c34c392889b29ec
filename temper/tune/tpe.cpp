#include "temper/tune/tpe.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace temper::tune {
namespace {

constexpr double kPriorMean = 0.5;
constexpr double kPriorDeviation = 1;
constexpr double kNarrowest = 100;  // part of the prior's deviation, at most

/// The weights of n observations: those before the latest ones fall linearly to 1 / n.
std::vector<double> forgetting_weights(std::size_t n, std::size_t latest) {
  std::vector<double> weights(n, 1.0);
  if (n < latest) return weights;
  const auto ramp = n - latest;
  const double first = 1 / static_cast<double>(n);
  for (std::size_t i = 0; i < ramp; ++i)
    weights[i] = ramp == 1
                     ? first
                     : first + (1 - first) * static_cast<double>(i) / static_cast<double>(ramp - 1);
  return weights;
}

double distribution(double x) {
  return std::erfc(-x / std::numbers::sqrt2) / 2;
}

/// The part of the mixture inside [0, 1].
double accepted(const ParzenMixture& mixture) {
  double sum = 0;
  for (std::size_t i = 0; i < mixture.weights.size(); ++i) {
    const double mean = mixture.means[i];
    const double deviation = mixture.deviations[i];
    sum += mixture.weights[i] *
           (distribution((1 - mean) / deviation) - distribution((0 - mean) / deviation));
  }
  return sum;
}

void normalise(std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (auto& weight : weights) weight /= sum;
}

std::size_t drawn(const std::vector<double>& weights, Random& random) {
  double left = random.uniform();
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return weights.size() - 1;
}

/// Draws until one is inside.
double sample(const ParzenMixture& mixture, Random& random) {
  while (true) {
    const auto i = drawn(mixture.weights, random);
    const double x = mixture.means[i] + mixture.deviations[i] * random.normal();
    if (x >= 0 && x < 1) return x;
  }
}

/// The distance of each mean to its farther neighbor.
std::vector<double> spacing(const std::vector<double>& means) {
  std::vector<double> spaces(means.size(), 0.0);
  for (std::size_t i = 0; i < means.size(); ++i) {
    const double below = i > 0 ? means[i] - means[i - 1] : 0;
    const double above = i + 1 < means.size() ? means[i + 1] - means[i] : 0;
    spaces[i] = std::max(below, above);
  }
  return spaces;
}

}  // namespace

ParzenMixture parzen(std::span<const double> observed, const TpeOptions& options) {
  std::vector<std::size_t> order(observed.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return observed[i]; });
  const auto weights = observed.size() > options.forgetting
                           ? forgetting_weights(observed.size(), options.forgetting)
                           : std::vector<double>(observed.size(), 1.0);
  ParzenMixture mixture;
  for (const auto i : order) {
    mixture.means.push_back(observed[i]);
    mixture.weights.push_back(weights[i]);
  }
  const auto place = std::ranges::lower_bound(mixture.means, kPriorMean) - mixture.means.begin();
  mixture.means.insert(mixture.means.begin() + place, kPriorMean);
  mixture.weights.insert(mixture.weights.begin() + place, options.prior_weight);
  mixture.deviations = spacing(mixture.means);
  if (observed.size() == 1) mixture.deviations.assign(2, kPriorDeviation / 2);
  const double narrowest =
      kPriorDeviation / std::min(kNarrowest, 1 + static_cast<double>(mixture.means.size()));
  for (auto& deviation : mixture.deviations)
    deviation = std::clamp(deviation, narrowest, kPriorDeviation);
  mixture.deviations[static_cast<std::size_t>(place)] = kPriorDeviation;
  normalise(mixture.weights);
  return mixture;
}

double log_density(const ParzenMixture& mixture, double x) {
  const double inside = accepted(mixture);
  std::vector<double> terms;
  for (std::size_t i = 0; i < mixture.weights.size(); ++i) {
    const double deviation = mixture.deviations[i];
    const double distance = (x - mixture.means[i]) / deviation;
    terms.push_back(
        -distance * distance / 2 +
        std::log(mixture.weights[i] / (deviation * std::sqrt(2 * std::numbers::pi) * inside)));
  }
  const double largest = *std::ranges::max_element(terms);
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

std::vector<double> choice_probabilities(std::span<const std::size_t> observed, std::size_t count,
                                         const TpeOptions& options) {
  const auto weights = forgetting_weights(observed.size(), options.forgetting);
  std::vector<double> probabilities(count, options.prior_weight);
  for (std::size_t i = 0; i < observed.size(); ++i) probabilities.at(observed[i]) += weights[i];
  normalise(probabilities);
  return probabilities;
}

std::vector<bool> good_trials(std::span<const double> losses, const TpeOptions& options) {
  std::vector<std::size_t> order(losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return losses[i]; });
  const auto wanted = static_cast<std::size_t>(
      std::ceil(options.gamma * std::sqrt(static_cast<double>(losses.size()))));
  order.resize(std::min({wanted, options.forgetting, losses.size()}));
  std::vector<bool> good(losses.size(), false);
  for (const auto i : order) good[i] = true;
  return good;
}

double next_number(std::span<const double> good, std::span<const double> others, Random random,
                   const TpeOptions& options) {
  const auto below = parzen(good, options);
  const auto above = parzen(others, options);
  double best = 0;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < options.candidates; ++i) {
    const double x = sample(below, random);
    const double score = log_density(below, x) - log_density(above, x);
    if (score <= highest) continue;
    highest = score;
    best = x;
  }
  return best;
}

std::size_t next_choice(std::span<const std::size_t> good, std::span<const std::size_t> others,
                        std::size_t count, Random random, const TpeOptions& options) {
  const auto below = choice_probabilities(good, count, options);
  const auto above = choice_probabilities(others, count, options);
  std::size_t best = 0;
  double highest = 0;
  for (std::int64_t i = 0; i < options.candidates; ++i) {
    const auto x = drawn(below, random);
    const double ratio = below[x] / above[x];
    if (ratio <= highest) continue;
    highest = ratio;
    best = x;
  }
  return best;
}

}  // namespace temper::tune
