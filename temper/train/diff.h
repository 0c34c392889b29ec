#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/measure/values.h"
#include "temper/recipe/compare.h"

/// What differs between two runs, from what lies in their directories.
namespace temper::train {

/// A fact about where and with what a run was made.
struct Circumstance {
  std::string name;   ///< "libtorch", "instruction_set"
  std::string left;   ///< "" where it is not recorded
  std::string right;  ///< "" where it is not recorded
};

/// Facts of two environment.json that differ, but for the command, the time and the data.
std::vector<Circumstance> differing_circumstances(const nlohmann::json& left,
                                                  const nlohmann::json& right);

/// The running losses of the steps that both logs have a line about, over the same steps.
struct Parting {
  std::int64_t compared = 0;               ///< lines
  std::optional<std::int64_t> first_step;  ///< the first at which they differ in a bit
  double left = 0;                         ///< losses there
  double right = 0;
};

/// Where a run ended.
struct Ending {
  std::int64_t steps = 0;
  std::optional<double> seconds;  ///< nothing: it has not ended
  std::string weights;            ///< that the test was scored with; "" before a test
  double test_accuracy = 0;       ///< NaN of values
  std::optional<measure::Errors> test_errors = {};  ///< of values
  double test_loss = 0;
};

struct RunDifferences {
  std::vector<recipe::Difference> recipe;  ///< those that change results first
  std::vector<Circumstance> circumstances;
  std::optional<bool> same_data;     ///< nothing: not recorded
  std::optional<bool> same_weights;  ///< bytes of the final raw weights; nothing: one has none
  Parting losses;
  Ending left;
  Ending right;
};

/// Throws Error{Code::usage} when one of the directories holds no run; data and io as reading does.
RunDifferences differences(const std::filesystem::path& left, const std::filesystem::path& right);

nlohmann::ordered_json to_json(const RunDifferences& differences);

}  // namespace temper::train
