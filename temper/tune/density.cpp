#include "temper/tune/density.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "temper/core/error.h"

namespace temper::tune {
namespace {

constexpr std::int64_t kMostFolds = 100;
constexpr std::int64_t kMostSubPolicies = 1000;
constexpr std::int64_t kMostTrials = 100'000;

}  // namespace

ChosenPolicy candidate_policy(const DensityOptions& options, std::int64_t fold, std::int64_t round,
                              std::int64_t number) {
  return draw_policy(
      Random(options.seed, Purpose::search,
             {coordinate("density"), static_cast<std::uint64_t>(fold),
              static_cast<std::uint64_t>(round), static_cast<std::uint64_t>(number)}),
      Levels::continuous);
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
                      .policy = candidate_policy(options, fold, round, number)};
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
    refuse(fmt::format("{} rounds of {} policies; expected at least one of each, and at most {} "
                       "policies",
                       options.rounds, options.trials, kMostTrials));
  if (options.top < 1 || options.top > options.trials)
    refuse(fmt::format("the best {} of {} policies; expected from 1 to their number", options.top,
                       options.trials));
  const auto most = kMostSubPolicies / static_cast<std::int64_t>(kSubPolicies);
  if (options.folds > most / options.rounds || options.folds * options.rounds > most / options.top)
    refuse(fmt::format("{} folds x {} rounds x {} policies of {} sub-policies; expected at most {} "
                       "sub-policies in the end",
                       options.folds, options.rounds, options.top, kSubPolicies,
                       kMostSubPolicies));
}

}  // namespace temper::tune
