#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/recipe/compare.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"

/// The differences between two runs, from the files in their directories.
namespace temper::run {

/// An entry of environment.json: software, hardware or settings of a run.
struct EnvironmentDifference {
  std::string name;   ///< "libtorch", "instruction_set"
  std::string left;   ///< "" where it is not recorded
  std::string right;  ///< "" where it is not recorded
};

/// The entries that differ between two environment.json, except for the command, the time and the
/// data.
std::vector<EnvironmentDifference> environment_differences(const nlohmann::json& left,
                                                           const nlohmann::json& right);

/// What has changed between the run's environment.json (left) and this process with that plan
/// (right); nothing where the run has none that can be read.
std::vector<EnvironmentDifference> environment_changes(const train::Plan& plan,
                                                       const std::filesystem::path& run);

/// A comparison of the running losses, over the lines that cover the same steps in both logs.
struct LossComparison {
  std::int64_t compared = 0;               ///< lines
  std::optional<std::int64_t> first_step;  ///< the first one where they differ in any bit
  double left = 0;                         ///< losses there
  double right = 0;
};

/// The end of a run.
struct RunEnd {
  std::int64_t steps = 0;
  std::optional<double> seconds;  ///< empty: not finished
  std::optional<train::Tested> test;
};

struct RunDifferences {
  std::vector<recipe::Difference> recipe;  ///< those that change results first
  std::vector<EnvironmentDifference> circumstances;
  std::optional<bool> same_data;     ///< empty: not recorded
  std::optional<bool> same_weights;  ///< bytes of the final raw weights; empty: one run has none
  LossComparison losses;
  RunEnd left;
  RunEnd right;
};

/// Throws Error: usage when one of the directories holds no run, data or io when reading fails.
RunDifferences differences(const std::filesystem::path& left, const std::filesystem::path& right);

nlohmann::ordered_json to_json(const RunDifferences& differences);

}  // namespace temper::run
