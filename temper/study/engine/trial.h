#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"
#include "temper/model/network.h"
#include "temper/recipe/recipe.h"
#include "temper/study/engine/result.h"

/// The trials of a study: training runs, each known by a hash of all that determines its results.
namespace temper::study {

/// An attack on the images of a set, in the norm linf, see evaluate/attacks.h.
struct AttackMeasure {
  std::string method = "pgd";  ///< of adversarial::Method
  double radius = 8.0 / 255;
  std::int64_t steps = 0;  ///< of PGD; 0 for FGSM
  std::int64_t images = 0;

  static constexpr auto keys() {
    return std::tuple{key("method", &AttackMeasure::method), key("radius", &AttackMeasure::radius),
                      key("steps", &AttackMeasure::steps), key("images", &AttackMeasure::images)};
  }
};

/// What is measured of a trained network only where a study asks for it.
struct Measures {
  std::int64_t sensitivity = 0;             ///< number of images; 0: not measured
  std::vector<std::string> clusters = {};   ///< names of three classes; empty: not measured
  std::vector<AttackMeasure> attacks = {};  ///< at most one of each method
};

/// A recipe that is trained up to a step, before that of the trial.
struct EarlierPart {
  std::int64_t until_step = 0;
  recipe::Recipe recipe;  ///< with the seed
};

/// A training run with a seed.
struct Trial {
  recipe::Recipe recipe;    ///< with the seed
  std::string fingerprint;  ///< Fingerprints::of()
  std::string label;        ///< for people: "label smoothing, seed 3"
  bool score_test = false;  ///< false: the test set is withheld from the trial's process
  std::vector<std::string> teachers = {};  ///< fingerprints of the trials whose networks it needs,
                                           ///< at most one: it becomes recipe.distillation.from
  Measures measures = {};
  bool keep = false;  ///< the trained network is kept, not only the result: then a call that asks
                      ///< for more, such as the test score, does not train it again
  std::vector<EarlierPart> before = {};  ///< ascending; empty: the recipe from the first step on
  /// The trial ends after the evaluation of this epoch, before that of its last one; 0: at its end.
  /// It has only the figures of its log, and those of that evaluation. It has no `before`.
  std::int64_t until_epoch = 0;
  /// With until_epoch: the fingerprint of the trial without it, in whose folder it is trained, so
  /// that a later one goes on there.
  std::string beginning_of = {};

  /// The name of its folder.
  [[nodiscard]] const std::string& folder() const {
    return beginning_of.empty() ? fingerprint : beginning_of;
  }
};

/// The fingerprint of the trial whose network teaches a part of the trial: the trial's own recipe,
/// or an earlier one with the same teacher. "" where the part has no teacher, or one that is no
/// trial.
std::string teacher_of(const Trial& trial, const recipe::Recipe& part);

/// The fingerprint of the beginning of a trial, up to an epoch: see Trial::until_epoch.
/// @param whole  fingerprint of the trial
std::string beginning_fingerprint(const std::string& whole, std::int64_t until_epoch);

/// What the trial asks for besides the figures that every trial has: "test;sensitivity=200"; "" for
/// nothing.
std::string asked(const Trial& trial);

/// A result that has what an earlier one of the same trial has, too. Both are finished ones.
Result united(const Result& earlier, Result result);

/// Whether a result has everything that the trial asks for.
bool answers(const Result& result, const Trial& trial);

/// The data that a recipe names, as far as studies need to know it.
struct DataFacts {
  std::string digest;  ///< DataDigest::names
  model::Task task;    ///< of data.size = "auto"; height 0 where images differ in size
  std::int64_t train_images = 0;
  bool has_validation = false;  ///< a set of its own, so that none is split off
  bool regression = false;      ///< the images have regression targets, no classes
};

/// What a recipe's network is built for, with train::input_size().
model::Task task_of(const recipe::Recipe& recipe, const DataFacts& data);

/// The number of steps of an epoch, as far as it is known before the data is prepared.
std::int64_t steps_per_epoch(const recipe::Recipe& recipe, const DataFacts& data);

/// Computes the fingerprints of trials. Every data set and every file of weights is read once.
class Fingerprints {
 public:
  /// The hash of what determines a trial's results, the numerics version apart: equal for equal
  /// results, whatever the run's name, threads and device. Throws as train::open_data() does, and
  /// as train::open_pretrained() for recipe.pretrained.from and recipe.distillation.from.
  /// @param teacher  fingerprint of the trial whose network teaches; "" where
  ///                 recipe.distillation.from, if anything, names what teaches
  std::string of(recipe::Recipe recipe, const std::string& teacher = "");
  /// The same for a trial with its recipe, its teacher, the parts before it and its last epoch.
  std::string of(const Trial& trial);
  const DataFacts& data_of(const recipe::Recipe& recipe);

 private:
  /// Hash of a table of logits, or of weights and how the images they were trained on were read.
  const std::string& file_hash(const std::string& from);

  std::map<std::string, DataFacts> known_;     ///< by the options that the data depend on
  std::map<std::string, std::string> hashes_;  ///< of files of weights and logits, by their path
};

}  // namespace temper::study
