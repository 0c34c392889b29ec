#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace temper::study {

/// An evaluation after an epoch, of the weights that recipe.evaluation selects.
struct Epoch {
  std::int64_t epoch = 0;
  double seconds = 0;  ///< of training since the run began
  double train_loss = 0;
  double validation_loss = 0;  ///< NaN without a validation set
  double accuracy = 0;         ///< on the validation set; R^2 for regression, NaN without the set

  bool operator==(const Epoch&) const = default;
};

inline constexpr auto kFinished = "finished";
inline constexpr auto kDiverged = "diverged";

/// What is known of a trial that has ended.
struct Result {
  std::string fingerprint = {};  ///< that of Trial
  std::int64_t numerics = 0;     ///< recipe::kNumerics of the program that made it
  std::int64_t seed = 0;
  std::string outcome = {};   ///< kFinished, or kDiverged: a number became NaN or infinite
  std::string label = {};     ///< of the trial that made it, for people who read the file
  std::string measures = {};  ///< asked() of that trial
  /// By dotted name, "validation.accuracy"; docs/study-folder.md lists them. All are finite: what
  /// could not be measured is missing.
  std::map<std::string, double> figures = {};
  std::vector<Epoch> epochs = {};
  std::vector<bool> correct = {};  ///< by test image, in the set's order; empty where not scored

  [[nodiscard]] bool diverged() const { return outcome == kDiverged; }
  bool operator==(const Result&) const = default;
};

}  // namespace temper::study
