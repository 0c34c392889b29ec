#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/io/image/image.h"
#include "temper/measure/figures.h"
#include "temper/report/analysis.h"
#include "temper/report/run.h"
#include "temper/report/summary.h"
#include "temper/statistics/classifiers.h"
#include "temper/statistics/interval.h"

/// Several runs side by side: recipes, results, and what they answer for each test image.
namespace temper::report {

struct ComparedRun {
  std::string label;  ///< its name, or its path where several of the runs have one name
  Run run;
  Summary summary;
  std::optional<Analysis> analysis = {};                 ///< with test predictions of classes
  std::optional<measure::Interval> brier_interval = {};  ///< bootstrap over images
};

/// An option with other values in some of the recipes.
struct DifferingOption {
  std::string key;
  std::vector<std::string> values;  ///< TOML, of each run; "" where the option does not exist
  bool changes_results = true;
};

/// Two runs on the same test images.
struct ComparedPair {
  std::size_t first = 0, second = 0;  ///< of Comparison::runs
  std::int64_t both = 0;              ///< images that both classify rightly
  std::int64_t neither = 0;
  statistics::McNemar test;
  double adjusted_p = 1;          ///< test.exact_p, by Holm, among all pairs
  double difference = 0;          ///< of the accuracies, second minus first
  statistics::Interval interval;  ///< of it: 95%, by bootstrap over images
  statistics::Agreement agreement;
  measure::Metrics ensemble;  ///< of the mean of both's probabilities
};

struct Comparison {
  std::vector<ComparedRun> runs;
  std::vector<DifferingOption> recipe;  ///< those that change results first
  std::int64_t images = 0;              ///< test images that all were tested on; 0: not compared
  std::vector<ComparedPair> pairs;
  std::optional<measure::Metrics> ensemble;  ///< of three runs and more: of all of them
  std::vector<std::string> notes;            ///< what a reader must know, one sentence each
};

/// A test image that some runs classify rightly and others wrongly.
struct DisputedImage {
  std::int64_t row = 0;  ///< in the test set
  std::int64_t label = 0;
  std::vector<std::int64_t> predicted;  ///< by each run
  std::vector<double> confidence;       ///< of each
};

/// Up to four runs are compared in pairs, of more each with the first.
inline constexpr std::size_t kMostInPairs = 4;

/// Reads the runs. A finished run without predictions.safetensors is evaluated on its test set,
/// which takes its data. Throws Error{Code::usage} for fewer than two runs, one named twice, and
/// for runs with different test images or classes, and as read_run() does.
Comparison compare_runs(std::span<const std::filesystem::path> directories);

/// Throws Error{Code::usage} with the reason where the runs were not compared image by image.
/// @param what  that needs it, for the message
void require_images(const Comparison& comparison, const std::string& what);

/// In the order of the test set.
std::vector<DisputedImage> disputed_images(const Comparison& comparison);
/// At most `limit` of them, those first for which the runs that are wrong are most confident.
std::vector<DisputedImage> most_disputed(const Comparison& comparison, std::size_t limit);

/// What only the data set knows of the test images.
struct TestImages {
  std::vector<std::string> names;                ///< of all; none: their numbers are shown
  std::map<std::int64_t, io::Image> pictures{};  ///< of some rows, as the networks see them
};

/// Reads the names, and the pictures of those rows, from the data of the first run. Throws
/// Error{Code::data} where its test set has another number of images by now.
TestImages test_images(const Comparison& comparison, std::span<const DisputedImage> rows);

}  // namespace temper::report
