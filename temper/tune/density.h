#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "temper/tune/policy.h"

/// Density matching: Lim et al. 2019, Fast AutoAugment, arXiv:1905.00397, Algorithm 1.
namespace temper::tune {

/// The defaults are the paper's.
struct DensityOptions {
  std::int64_t folds = 5;     ///< K: parts of the training set, at least 2
  std::int64_t rounds = 2;    ///< T: searches on each fold
  std::int64_t trials = 200;  ///< B: candidates of each search
  std::int64_t top = 10;      ///< N: policies that are taken of each search, at most `trials`
  std::uint64_t seed = 1;     ///< of the candidates
};

/// A policy that was evaluated on the images of a fold, by the network that was trained on the
/// others.
struct Candidate {
  std::int64_t fold = 0;
  std::int64_t round = 0;
  std::int64_t number = 0;  ///< from 0 to DensityOptions::trials - 1
  ChosenPolicy policy;
  double loss = 0;  ///< of the augmented images; NaN: not finite
};

/// A candidate's policy: a draw with the address (seed, fold, round, number). The paper draws them
/// by TPE (Bergstra et al. 2011), which learns from the losses before; here they are independent,
/// which is random search.
ChosenPolicy candidate_policy(const DensityOptions& options, std::int64_t fold, std::int64_t round,
                              std::int64_t number);

/// For each fold and round, the `top` of its candidates with the lowest losses, best first; of
/// equal ones the first. Losses that are not finite are not taken.
/// @param loss  of the fold's network on its images under the candidate's policy
std::vector<Candidate> match_densities(const DensityOptions& options,
                                       const std::function<double(const Candidate&)>& loss);

/// Their sub-policies in one policy, in which each is equally likely.
ChosenPolicy merged(const std::vector<Candidate>& chosen);

/// Throws Error{Code::usage} for options outside their ranges, and for more than 1000 sub-policies
/// in the end, which is the most that a list of a recipe holds.
void check(const DensityOptions& options);

}  // namespace temper::tune
