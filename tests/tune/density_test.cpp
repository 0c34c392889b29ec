#include "temper/tune/density.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "temper/core/error.h"

namespace temper::tune {
namespace {

using ::testing::SizeIs;

/// A made-up loss: weak policies, and on odd folds strong ones, are better.
double toy_loss(const Candidate& one) {
  double sum = 0;
  for (const auto& sub_policy : one.policy)
    for (const auto& chosen : sub_policy) sum += chosen.p * chosen.magnitude;
  return one.fold % 2 == 0 ? sum : -sum;
}

const DensityOptions kToy{
    .folds = 3, .rounds = 2, .trials = 30, .top = 4, .sampler = Sampler::tpe, .seed = 7};

/// Algorithm 1 of the paper, step by step: for each fold and round B candidates on that fold's
/// network, of which the N with the lowest losses are added to the policies of the fold; the union
/// over all folds is returned.
TEST(Density, FollowsAlgorithm1) {
  const auto& [folds, rounds, trials, top, sampler, seed] = kToy;
  std::map<std::tuple<std::int64_t, std::int64_t>, std::vector<double>> calls;
  const auto chosen = match_densities(kToy, [&](const Candidate& one) {
    const double loss = toy_loss(one);
    calls[{one.fold, one.round}].push_back(loss);
    return loss;
  });
  ASSERT_THAT(chosen, SizeIs(folds * rounds * top));
  ASSERT_THAT(calls, SizeIs(folds * rounds));
  std::size_t at = 0;
  for (std::int64_t fold = 0; fold < folds; ++fold)
    for (std::int64_t round = 0; round < rounds; ++round) {
      auto losses = calls[{fold, round}];
      ASSERT_THAT(losses, SizeIs(trials));
      std::ranges::sort(losses);
      for (std::int64_t i = 0; i < top; ++i, ++at) {
        EXPECT_EQ(chosen[at].fold, fold);
        EXPECT_EQ(chosen[at].round, round);
        EXPECT_EQ(chosen[at].loss, losses[static_cast<std::size_t>(i)]);
        EXPECT_EQ(chosen[at].loss, toy_loss(chosen[at]));
      }
    }
  const auto all = merged(chosen);
  EXPECT_THAT(all, SizeIs(folds * rounds * top * static_cast<std::int64_t>(kSubPolicies)));
  EXPECT_EQ(all.front(), chosen.front().policy.front());
  EXPECT_EQ(all.back(), chosen.back().policy.back());
}

/// The candidates of one search with a sampler.
std::vector<Candidate> searched(Sampler sampler, std::int64_t fold, std::int64_t count) {
  auto options = kToy;
  options.sampler = sampler;
  std::vector<Candidate> tried;
  for (std::int64_t number = 0; number < count; ++number) {
    Candidate one{.fold = fold, .number = number, .policy = next_policy(options, fold, 0, tried)};
    one.loss = toy_loss(one);
    tried.push_back(one);
  }
  return tried;
}

double mean_loss(std::span<const Candidate> candidates) {
  double sum = 0;
  for (const auto& one : candidates) sum += one.loss / static_cast<double>(candidates.size());
  return sum;
}

TEST(Density, TheSamplersBeginAlikeAndTpeLearns) {
  const auto random = searched(Sampler::random, 0, 80);
  const auto tpe = searched(Sampler::tpe, 0, 80);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(random[i].policy, tpe[i].policy);
  }
  EXPECT_NE(random[20].policy, tpe[20].policy);
  const std::span late(tpe.data() + 40, 40);
  EXPECT_LT(mean_loss(late), mean_loss(random) - 0.3);
  EXPECT_EQ(searched(Sampler::tpe, 0, 25).back().policy, tpe[24].policy);
}

TEST(Density, CandidatesAreAllDifferent) {
  std::vector<ChosenPolicy> seen;
  for (std::int64_t fold = 0; fold < 3; ++fold)
    for (const auto& one : searched(Sampler::tpe, fold, 25)) {
      EXPECT_EQ(std::ranges::find(seen, one.policy), seen.end());
      seen.push_back(one.policy);
    }
}

TEST(Density, TakesNoLossThatIsNotFinite) {
  DensityOptions options = kToy;
  options.folds = 2;
  options.trials = 5;
  options.top = 3;
  const auto chosen = match_densities(
      options, [](const Candidate& one) { return one.number < 4 ? std::nan("") : 1.0; });
  ASSERT_THAT(chosen, SizeIs(4)) << "one of each fold and round";
  for (const auto& one : chosen) {
    EXPECT_EQ(one.number, 4);
  }
}

TEST(Density, RefusesOptionsOutsideTheirRanges) {
  EXPECT_NO_THROW(check(DensityOptions{}));
  for (const auto& options :
       {DensityOptions{.folds = 1}, DensityOptions{.rounds = 0}, DensityOptions{.top = 201},
        DensityOptions{.trials = 0}, DensityOptions{.folds = 10, .top = 11}}) {
    EXPECT_THROW(check(options), Error);
  }
}

}  // namespace
}  // namespace temper::tune
