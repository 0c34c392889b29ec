#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "temper/recipe/recipe.h"
#include "temper/study/engine/engine.h"
#include "temper/study/engine/store.h"
#include "temper/study/engine/trial.h"
#include "temper/train/plan.h"
#include "temper/train/saved_model.h"
#include "temper/tune/density.h"

namespace temper::tune {

/// The networks of density matching, one for each fold, trained without augmentation on the other
/// folds; and the losses of the fold's images under policies, which are kept in a Store of their
/// own, so that a search that was killed goes on. The networks stay in the engine's folder.
class FoldNetworks {
 public:
  /// Throws Error{Code::usage} as check() does, for data with a validation set of its own and for
  /// regression targets. Its arguments must outlive it.
  FoldNetworks(const recipe::Recipe& recipe, const DensityOptions& options, study::Store& store,
               const study::EngineOptions& engine);

  /// The mean cross-entropy of the fold's images, of each of which one sub-policy of the candidate
  /// is applied after the transform of evaluations; NaN where the predictions are not finite. The
  /// networks are trained at the first loss that is not known. Throws as run_trials() does, and
  /// Error{Code::stopped} when the stop flag was set.
  double loss(const Candidate& candidate);

 private:
  /// A fold's network with its images.
  struct Opened {
    std::int64_t fold = 0;
    train::Plan plan;
    train::SavedModel model;
  };

  void train_all();
  const Opened& opened(std::int64_t fold);
  double computed(const Candidate& candidate);

  const DensityOptions& options_;
  study::Store& store_;
  study::EngineOptions engine_;
  study::Fingerprints fingerprints_;
  study::Store losses_;
  std::vector<study::Trial> trials_;  ///< by fold
  bool trained_ = false;
  std::optional<Opened> opened_;  ///< the last one
};

/// The recipe of a fold's network: without augmentation and consistency, with that fold held out.
recipe::Recipe fold_recipe(const recipe::Recipe& recipe, std::int64_t folds, std::int64_t fold);

}  // namespace temper::tune
