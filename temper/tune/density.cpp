#include "temper/tune/density.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/random.h"
#include "temper/tune/tpe.h"

namespace temper::tune {
namespace {

constexpr std::int64_t kMostFolds = 100;
constexpr std::int64_t kMostSubPolicies = 1000;
constexpr std::int64_t kMostTrials = 100'000;

/// Of a candidate's random numbers.
struct Address {
  std::uint64_t seed = 0;
  std::uint64_t fold = 0;
  std::uint64_t round = 0;
  std::uint64_t number = 0;

  /// @param purpose    a name, different for numbers that are drawn for different ends
  /// @param parameter  of the policy
  [[nodiscard]] Random random(std::string_view purpose, std::uint64_t parameter = 0) const {
    return {seed, Purpose::search, {coordinate(purpose), fold, round, number, parameter}};
  }
};

/// The values that one parameter of a policy had in the good candidates and in the others.
template <class Value>
struct Observed {
  std::vector<Value> good = {};
  std::vector<Value> others = {};
};

/// TPE over the parameters of a policy, each on its own.
class Estimator {
 public:
  explicit Estimator(std::span<const Candidate> earlier) {
    std::vector<double> losses;
    for (const auto& one : earlier) {
      if (!std::isfinite(one.loss)) continue;
      finite_.push_back(&one);
      losses.push_back(one.loss);
    }
    good_ = good_trials(losses, options_);
  }

  [[nodiscard]] bool is_early() const { return std::ssize(finite_) < options_.startup; }

  [[nodiscard]] ChosenPolicy next(const Address& address) const {
    ChosenPolicy policy(kSubPolicies);
    std::uint64_t parameter = 0;
    for (std::size_t i = 0; i < policy.size(); ++i)
      for (std::size_t k = 0; k < policy[i].size(); ++k) {
        const auto random = [&] { return address.random("tpe", parameter++); };
        const auto operations = observed<std::size_t>([&](const Candidate& one) {
          return static_cast<std::size_t>(one.policy[i][k].operation);
        });
        const auto chances =
            observed<double>([&](const Candidate& one) { return one.policy[i][k].p; });
        const auto magnitudes =
            observed<double>([&](const Candidate& one) { return one.policy[i][k].magnitude; });
        auto& [operation, p, magnitude] = policy[i][k];
        operation = static_cast<PolicyOperation>(
            next_choice(operations.good, operations.others, kPolicyOperations, random(), options_));
        p = rounded(next_number(chances.good, chances.others, random(), options_));
        magnitude = rounded(next_number(magnitudes.good, magnitudes.others, random(), options_));
      }
    return policy;
  }

 private:
  /// Three decimals, as draw_policy() has them.
  static double rounded(double value) { return std::round(1000 * value) / 1000; }

  template <class Value, class Read>
  [[nodiscard]] Observed<Value> observed(const Read& read) const {
    Observed<Value> values;
    for (std::size_t i = 0; i < finite_.size(); ++i)
      (good_[i] ? values.good : values.others).push_back(read(*finite_[i]));
    return values;
  }

  TpeOptions options_;
  std::vector<const Candidate*> finite_;
  std::vector<bool> good_;
};

}  // namespace

ChosenPolicy next_policy(const DensityOptions& options, std::int64_t fold, std::int64_t round,
                         std::span<const Candidate> earlier) {
  const Address address{.seed = options.seed,
                        .fold = static_cast<std::uint64_t>(fold),
                        .round = static_cast<std::uint64_t>(round),
                        .number = earlier.size()};
  const Estimator estimator(earlier);
  if (options.sampler == Sampler::random || estimator.is_early())
    return draw_policy(address.random("density"), Levels::continuous);
  return estimator.next(address);
}

std::vector<Candidate> match_densities(const DensityOptions& options,
                                       const std::function<double(const Candidate&)>& loss) {
  std::vector<Candidate> chosen;
  for (std::int64_t fold = 0; fold < options.folds; ++fold)
    for (std::int64_t round = 0; round < options.rounds; ++round) {
      std::vector<Candidate> tried;
      for (std::int64_t number = 0; number < options.trials; ++number) {
        Candidate one{.fold = fold,
                      .round = round,
                      .number = number,
                      .policy = next_policy(options, fold, round, tried)};
        one.loss = loss(one);
        tried.push_back(std::move(one));
      }
      std::erase_if(tried, [](const Candidate& one) { return !std::isfinite(one.loss); });
      std::ranges::stable_sort(tried, {}, &Candidate::loss);
      const auto taken = std::min(options.top, std::ssize(tried));
      std::move(tried.begin(), tried.begin() + taken, std::back_inserter(chosen));
    }
  return chosen;
}

ChosenPolicy merged(const std::vector<Candidate>& chosen) {
  ChosenPolicy all;
  for (const auto& one : chosen) all.insert(all.end(), one.policy.begin(), one.policy.end());
  return all;
}

void check(const DensityOptions& options) {
  const auto refuse = [](const std::string& message) { throw Error(Code::usage, message); };
  if (options.folds < 2 || options.folds > kMostFolds)
    refuse(fmt::format("{} folds; expected 2 to {}", options.folds, kMostFolds));
  if (options.rounds < 1 || options.trials < 1 || options.trials > kMostTrials)
    refuse(
        fmt::format("{} rounds of {} policies; expected at least one of each, and at most {} "
                    "policies",
                    options.rounds, options.trials, kMostTrials));
  if (options.top < 1 || options.top > options.trials)
    refuse(fmt::format("the best {} of {} policies; expected from 1 to their number", options.top,
                       options.trials));
  const auto most = kMostSubPolicies / static_cast<std::int64_t>(kSubPolicies);
  if (options.folds > most / options.rounds || options.folds * options.rounds > most / options.top)
    refuse(
        fmt::format("{} folds x {} rounds x {} policies of {} sub-policies; expected at most {} "
                    "sub-policies in the end",
                    options.folds, options.rounds, options.top, kSubPolicies, kMostSubPolicies));
}

}  // namespace temper::tune
