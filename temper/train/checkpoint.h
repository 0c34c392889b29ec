#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/recipe/recipe.h"
#include "temper/train/manifest.h"
#include "temper/train/state.h"

/// Checkpoints: `checkpoints/step-<8 digits>/` with weights, averaged weights and optimizer state
/// in files of their own, and a manifest with their checksums and its own that is written last. A
/// folder without a manifest is no checkpoint. A checkpoint is the state right after a step, before
/// anything that follows it, unless it says that the epoch was evaluated.
namespace temper::train {

/// A copy of the state, to be written while training goes on.
struct Snapshot {
  struct Part {
    std::string file;
    std::vector<Named> tensors;  ///< row-major, on the CPU
  };
  Manifest manifest;  ///< its files are not known yet
  std::vector<Part> parts;
  io::Metadata metadata;  ///< of the files with weights
};

/// @param manifest  what the state does not hold: fingerprint, seconds, evaluation, platform
Snapshot snapshot(const State& state, Manifest manifest, io::Metadata metadata = {});

/// Writes `checkpoints/step-<8 digits>`.
void write_checkpoint(const Snapshot& snapshot, const std::filesystem::path& checkpoints);

/// Which checkpoints stay.
struct Keep {
  std::int64_t newest = 2;
  recipe::Best best = recipe::Best::none;
  std::int64_t anchor_every = 0;  ///< the newest at a multiple of so many steps, or at the run's
                                  ///< origin; 0: none
};

/// Removes what is neither among the newest, nor the best, nor the anchor.
void remove_superseded(const std::filesystem::path& checkpoints, const Keep& keep);

/// Where a checkpoint of that step lies.
std::filesystem::path checkpoint_at(const std::filesystem::path& checkpoints, std::int64_t step);

/// Complete checkpoints, oldest first.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& checkpoints);

/// The best by that measure, the earlier one of equals; nothing where none was measured by it.
std::optional<std::filesystem::path> best_checkpoint(const std::filesystem::path& checkpoints,
                                                     recipe::Best by);

/// What a checkpoint is of. Throws Error{Code::data} when it does not say so or says it with a
/// wrong checksum.
Manifest read_manifest(const std::filesystem::path& checkpoint);

/// Every file is there and has its checksum; else Error{Code::data} names the first that has not.
void verify_checkpoint(const std::filesystem::path& checkpoint);

/// Verifies a checkpoint and reads it back into a fresh state of the same recipe: values are copied
/// into the tensors that are there. Throws Error{Code::data} when a file is damaged or belongs to
/// another network.
void load_checkpoint(State& state, const std::filesystem::path& checkpoint);

/// The same into the state of a changed recipe: the weights must fit, what else does not fit begins
/// anew.
/// @return a sentence for each part that begins anew
std::vector<std::string> load_what_fits(State& state, const std::filesystem::path& checkpoint);

}  // namespace temper::train
