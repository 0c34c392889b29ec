#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/tune/policy.h"

/// Density matching: Lim et al. 2019, Fast AutoAugment, arXiv:1905.00397, Algorithm 1.
namespace temper::tune {

/// How the candidates of a search are drawn.
enum class Sampler : std::uint8_t {
  tpe,    ///< the tree-structured Parzen estimator, see tpe.h: the paper's
  random  ///< independently of one another
};

/// The defaults are the paper's.
struct DensityOptions {
  std::int64_t folds = 5;     ///< K: parts of the training set, at least 2
  std::int64_t rounds = 2;    ///< T: searches on each fold
  std::int64_t trials = 200;  ///< B: candidates of each search
  std::int64_t top = 10;      ///< N: policies that are taken of each search, at most `trials`
  Sampler sampler = Sampler::tpe;
  std::uint64_t seed = 1;  ///< of the candidates
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

/// The next policy of a search: a draw with the address (seed, fold, round, number), where number
/// is that of the earlier ones. TPE draws the first ones independently, and then each operation,
/// probability and magnitude from the losses of the earlier ones that are finite.
/// @param earlier  candidates of the same fold and round, in their order
ChosenPolicy next_policy(const DensityOptions& options, std::int64_t fold, std::int64_t round,
                         std::span<const Candidate> earlier);

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

template <>
struct temper::EnumNames<temper::tune::Sampler> {
  static constexpr std::array<std::string_view, 2> value{"tpe", "random"};
};
