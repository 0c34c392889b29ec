#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace temper::train {

/// What is done where the run directory holds a run already.
enum class ExistingRun : std::uint8_t {
  resume,   ///< it is resumed
  require,  ///< it is resumed, and without one nothing is started
  avoid     ///< the next free directory is used
};

/// Weights of an earlier training to start from; by default those of the recipe, if it has any.
struct StartingWeights {
  std::string asked = {};            ///< as pretrained.from, in any recipe; "": none are asked for
  std::string for_photographs = {};  ///< where a recipe is chosen for larger pictures; "": none
  bool none = false;                 ///< random weights, also where the recipe has others
};

/// The edits of a recipe, and the one that the weights need, if any.
std::vector<std::string> with_weights(std::vector<std::string> sets,
                                      const StartingWeights& weights);

/// What a person asks to train.
struct RunRequest {
  /// A recipe (.toml), or data for which one is chosen (a folder of images, a table, shards); "" or
  /// "fashion-mnist": the starter recipe for Fashion-MNIST.
  std::string source = {};
  std::vector<std::string> sets = {};  ///< edits of the recipe, such as "optimizer.lr=0.1"
  StartingWeights weights = {};
  std::filesystem::path out = {};  ///< the run directory; "": runs/<name of the recipe>
  ExistingRun existing = ExistingRun::resume;
  std::string fork = {};    ///< name of a run that starts from the last checkpoint of that in `out`
  bool save_choice = true;  ///< a chosen recipe is saved beside the run directory
};

/// The run directory that is asked for, for a recipe of that name.
std::filesystem::path asked_directory(const RunRequest& request, const std::string& name);

/// The directories of a run, for RunOptions.
struct RunDirectories {
  std::filesystem::path directory;
  std::filesystem::path fork_from = {};
};

/// The directories that a run uses: the one asked for, or the first of <asked>-2, <asked>-3, ...
/// that does not exist, or for a fork the directory of its name beside the one asked for. Throws
/// Error{Code::usage} where a run is required and there is none.
RunDirectories run_directories(const RunRequest& request, const std::string& name);

}  // namespace temper::train
