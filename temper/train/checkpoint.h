#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/train/state.h"

/// Checkpoints: `checkpoints/step-<8 digits>/` with weights, averaged weights and optimizer state
/// in files of their own, and a manifest with their checksums that is written last. A folder
/// without a manifest is no checkpoint.
namespace temper::train {

struct Manifest {
  std::int64_t step = 0;
  std::string fingerprint;  ///< of the recipe and the data
  double seconds = 0;       ///< of training so far
};

/// Writes a checkpoint of the state and removes the oldest beyond `keep`.
void save_checkpoint(const State& state, const Manifest& manifest,
                     const std::filesystem::path& checkpoints, std::int64_t keep);

/// Complete checkpoints, oldest first.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& checkpoints);

/// What a checkpoint is of. Throws Error{Code::data} when it does not say so.
Manifest read_manifest(const std::filesystem::path& checkpoint);

/// Reads one back into a fresh state of the same recipe: values are copied into the tensors that
/// are there. Throws Error{Code::data} when a file is damaged or belongs to another network.
void load_checkpoint(State& state, const std::filesystem::path& checkpoint);

}  // namespace temper::train
