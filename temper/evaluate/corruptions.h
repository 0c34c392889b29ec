#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "temper/core/keys.h"
#include "temper/corrupt/benchmark/corrupt.h"
#include "temper/corrupt/benchmark/corruption_error.h"
#include "temper/io/image/image.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"
#include "temper/train/saved_model.h"

/// The robustness of a saved model to common corruptions. `temper eval --corruptions --json` writes
/// these structs.
namespace temper::evaluate {

struct CorruptionOptions {
  std::string split = "test";
  std::vector<corrupt::Kind> kinds = {};      ///< sorted
  std::vector<std::int64_t> severities = {};  ///< sorted, from 1 to 5
  corrupt::Options corruption = {};
  std::int64_t seed = 1;  ///< of the random numbers, the same for all networks that are compared
};

/// The kinds of those names, sorted; without names the 15 of the benchmark, for "all" all 19.
/// Throws Error{Code::usage} with the nearest spelling for an unknown name.
std::vector<corrupt::Kind> kinds_of(const std::vector<std::string>& names);

/// The severities of those texts, sorted; without texts all five. Throws Error{Code::usage} for
/// what is not 1 to 5.
std::vector<std::int64_t> severities_of(const std::vector<std::string>& texts);

struct SeverityScore {
  std::int64_t severity = 0;
  train::Score score;

  static constexpr auto keys() {
    return std::tuple{key("severity", &SeverityScore::severity), inlined(&SeverityScore::score)};
  }
};

/// One kind of corruption at the severities that were asked for.
struct CorruptionRow {
  corrupt::Kind kind = corrupt::Kind::gaussian_noise;
  double error = 0;  ///< mean over the severities
  /// Divided by AlexNet's: of the 15 kinds of the benchmark, at all five severities.
  std::optional<double> normalised = {};
  std::optional<double> relative = {};
  std::vector<SeverityScore> severities = {};

  static constexpr auto keys() {
    return std::tuple{key("kind", &CorruptionRow::kind), key("error", &CorruptionRow::error),
                      key("ce", &CorruptionRow::normalised),
                      key("relative_ce", &CorruptionRow::relative),
                      key("severities", &CorruptionRow::severities)};
  }
};

/// An image of the set after a corruption, for the page.
struct CorruptedExample {
  corrupt::Kind kind = corrupt::Kind::gaussian_noise;
  std::int64_t severity = 0;
  io::Image image;
};

struct CorruptionTable {
  std::string split;
  std::string weights;
  corrupt::Dialect dialect = corrupt::Dialect::hendrycks;
  corrupt::ConstantSet constants = corrupt::ConstantSet::imagenet;  ///< never automatic
  /// Where frost was evaluated: "computed", "1 photograph", "6 photographs".
  std::optional<std::string> frost = {};
  std::int64_t seed = 0;
  std::vector<std::int64_t> size = {};  ///< height and width of the images [pixels]
  train::Score clean;                   ///< without corruption
  std::vector<CorruptionRow> rows = {};
  /// Over the 15 kinds of the benchmark, where all of them were evaluated at all five severities.
  std::optional<corrupt::MeanErrors> means = {};
  io::Image clean_example = {};                 ///< the first image of the set; not written
  std::vector<CorruptedExample> examples = {};  ///< of it; not written

  static constexpr auto keys() {
    return std::tuple{key("split", &CorruptionTable::split),
                      key("weights", &CorruptionTable::weights),
                      key("dialect", &CorruptionTable::dialect),
                      key("constants", &CorruptionTable::constants),
                      key("frost", &CorruptionTable::frost),
                      key("seed", &CorruptionTable::seed),
                      key("size", &CorruptionTable::size),
                      key("clean", &CorruptionTable::clean),
                      key("corruptions", &CorruptionTable::rows),
                      key("mean_corruption_error", &CorruptionTable::means)};
  }
};

/// Evaluates a model on corrupted images of a split, and on the clean ones, on the plan's device,
/// in one view: without test-time augmentation.
/// Throws Error{Code::usage} for a missing split, for a model with regression targets, and for
/// photographs of frost that no kind uses.
/// @param plan  of the run's recipe and data
/// @param done  called after each row, in their order
CorruptionTable evaluate_corruptions(train::SavedModel& model, const train::Plan& plan,
                                     const CorruptionOptions& options,
                                     const std::function<void(const CorruptionRow&)>& done = {});

}  // namespace temper::evaluate
