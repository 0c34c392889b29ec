#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/recipe/recipe.h"
#include "temper/study/engine/engine.h"
#include "temper/study/engine/store.h"
#include "temper/tune/density.h"

/// Searches for a recipe's augmentation on the validation set. Every setting is trained as trials
/// of study/engine, so that a search that was stopped or killed goes on. No trial sees the test
/// set.
namespace temper::tune {

/// A recipe that is trained with one or several seeds.
struct Setting {
  std::string name;
  recipe::Recipe recipe;
};

/// A setting with its scores.
struct ScoredSetting {
  std::string name;
  recipe::Recipe recipe;
  std::vector<std::optional<double>> scores = {};  ///< by seed; empty: the run diverged
  double seconds = 0;                              ///< of training, one run after another

  /// The mean over the seeds; empty where a run diverged.
  [[nodiscard]] std::optional<double> mean() const;
};

enum class AugmentSpace : std::uint8_t {
  rand_augment,  ///< RandAugment's grid over num_ops and magnitude
  autoaugment    ///< policies of sub-policies, see policy.h
};
enum class PolicySearch : std::uint8_t {
  random,  ///< each policy is trained; the best ones are merged
  density  ///< density matching, see density.h
};

/// What a search found. Scores are accuracy or R^2 on the validation set, higher is better.
struct AugmentTable {
  std::string name;  ///< of the recipe
  AugmentSpace space = AugmentSpace::rand_augment;
  PolicySearch search = PolicySearch::random;
  bool regression = false;
  std::int64_t seeds = 1;
  std::vector<std::int64_t> num_ops;  ///< of the grid
  std::vector<double> magnitudes;     ///< of the grid
  ScoredSetting as_is;                ///< the recipe without changes
  /// Of the grid: for each num_ops all magnitudes. Of policies: those that were drawn; none with
  /// density matching, which trains none of them.
  std::vector<ScoredSetting> settings;
  std::optional<ScoredSetting> combined;  ///< the merged policies
  std::int64_t merged_policies = 0;
  DensityOptions density;             ///< with PolicySearch::density
  std::vector<Candidate> candidates;  ///< those that were taken

  [[nodiscard]] double seconds() const;
  /// The best of the grid; with policies the merged one. The recipe as it is is never the winner.
  /// Null: it has no score.
  [[nodiscard]] const ScoredSetting* winner() const;
};

struct AugmentOptions {
  std::int64_t seeds = 1;  ///< that every setting is trained with: the recipe's and those after it
  std::vector<std::int64_t> num_ops = {1, 2, 3};
  std::vector<double> magnitudes = {3, 5, 7, 9};
  std::int64_t trials = 16;  ///< policies of the random search
  std::int64_t top = 5;      ///< of these, so many are merged: AutoAugment's number
  DensityOptions density = {};
};

/// RandAugment's grid (Cubuk et al. 2020, arXiv:1909.13719). Throws as run_trials() does, and
/// Error{Code::usage} for options that the recipe can't have and data without a validation set.
AugmentTable tune_grid(const recipe::Recipe& recipe, const AugmentOptions& options,
                       study::Store& store, const study::EngineOptions& engine);

/// Random search over AutoAugment's policies: `trials` of them are trained, the `top` best are
/// merged, as AutoAugment merges its five best, and the merged policy is trained, too.
AugmentTable tune_policies(const recipe::Recipe& recipe, const AugmentOptions& options,
                           study::Store& store, const study::EngineOptions& engine);

/// Density matching. One network is trained for each fold, without augmentation; no network is
/// trained for a candidate. The policies that are found are merged and trained with the recipe, to
/// compare them with it. The losses of candidates are stored in the folder "density" of the
/// engine's folder. The validation images, which the recipe splits off its training images, are
/// among those of the folds. Throws also Error{Code::usage} for data with a validation set of its
/// own and for regression targets.
/// @param on_candidate  is told of every candidate: its number among all, and how many there are
AugmentTable tune_densities(const recipe::Recipe& recipe, const AugmentOptions& options,
                            study::Store& store, const study::EngineOptions& engine,
                            const std::function<void(std::int64_t, std::int64_t)>& on_candidate);

}  // namespace temper::tune

template <>
struct temper::EnumNames<temper::tune::AugmentSpace> {
  static constexpr std::array<std::string_view, 2> value{"rand_augment", "autoaugment"};
};
template <>
struct temper::EnumNames<temper::tune::PolicySearch> {
  static constexpr std::array<std::string_view, 2> value{"random", "density"};
};
