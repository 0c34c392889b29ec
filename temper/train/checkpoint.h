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
/// in separate files, and a manifest with the checksums of all files including itself. It is
/// written as `step-<8 digits>.unfinished` and renamed when it is whole, also where it takes the
/// place of an earlier one of the same step. A folder without a manifest is not a checkpoint. A
/// checkpoint holds the state directly after a step; at the end of an epoch it records whether the
/// evaluation is included.
namespace temper::train {

/// A copy of the state, to be written while training continues.
struct Snapshot {
  struct Part {
    std::string file;
    std::vector<Named> tensors;  ///< row-major, on the CPU
  };
  Manifest manifest;  ///< without the checksums of the files
  std::vector<Part> parts;
  std::vector<std::string> written = {};  ///< files that write_optimizer() has written already
  io::Metadata metadata;                  ///< of the files with weights
};

/// With State::shards without the optimizer's state, see write_optimizer().
/// @param manifest  with the fields that are not in the state: fingerprint, seconds, evaluation,
///                  running loss, platform
Snapshot snapshot(const State& state, Manifest manifest, io::Metadata metadata = {});

/// The manifest with what is in the state.
Manifest manifest_of(const State& state, Manifest manifest);

/// All tensors that a checkpoint holds: those of the state itself. With State::shards without the
/// optimizer's state.
std::vector<Named> tensors_of(const State& state);

/// Sets a state to the one that the snapshot was taken of, one of the same recipe. Weights that a
/// run may restore at its end (State::best) are left out where the state has none.
void load_snapshot(State& state, const Snapshot& snapshot);

/// Sets everything in a state but its tensors to what manifest_of() has taken from another state of
/// the same recipe.
void load_counters(State& state, const Manifest& manifest);

/// On rank 0, with State::shards: writes the optimizer's state into the unfinished folder of the
/// step's checkpoint, gathering it from the ranks in parts of about 25 MiB: the same bytes as of a
/// state that is not divided. The others call send_optimizer(). To be called before
/// write_checkpoint().
/// @return the file, for Snapshot::written
std::string write_optimizer(const State& state, const std::filesystem::path& checkpoints);
/// The part of the other ranks in it.
void send_optimizer(const State& state);

/// Writes `checkpoints/step-<8 digits>`.
void write_checkpoint(const Snapshot& snapshot, const std::filesystem::path& checkpoints);

/// Which checkpoints are kept.
struct Keep {
  std::int64_t newest = 2;  ///< number of newest ones
  recipe::Best best = recipe::Best::none;
  std::int64_t anchor_every = 0;  ///< number of steps between anchors; 0: none
};

/// The step of the anchor that a rollback from this step goes back to: the last multiple of `every`
/// up to it, or the run's origin.
std::int64_t anchor_below(std::int64_t step, std::int64_t origin, std::int64_t every);

/// Removes all checkpoints except the newest, the best, and the anchors of the newest.
void remove_superseded(const std::filesystem::path& checkpoints, const Keep& keep);

/// The path of a step's checkpoint.
std::filesystem::path checkpoint_at(const std::filesystem::path& checkpoints, std::int64_t step);

/// Completes or removes what a killed run left in its folder of checkpoints. Other files and
/// folders stay. Throws Error{Code::io}.
void recover_checkpoints(const std::filesystem::path& checkpoints);

/// Complete checkpoints, oldest first.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& checkpoints);

/// The best checkpoint by this metric, the earliest in case of a tie; nothing where none has it.
std::optional<std::filesystem::path> best_checkpoint(const std::filesystem::path& checkpoints,
                                                     recipe::Best by);

/// The manifest of a checkpoint. Throws Error{Code::data} when it is missing parts or has a wrong
/// checksum.
Manifest read_manifest(const std::filesystem::path& checkpoint);
/// The same; nothing where it is damaged.
std::optional<Manifest> readable_manifest(const std::filesystem::path& checkpoint);

/// Throws Error{Code::data} naming the first file that is missing or has a wrong checksum.
void verify_checkpoint(const std::filesystem::path& checkpoint);

/// Verifies a checkpoint and loads it into a new state of the same recipe: values are copied into
/// the existing tensors. Throws Error{Code::data} when a file is damaged or belongs to another
/// network. The optimizer's state must not be divided, see share_state().
void load_checkpoint(State& state, const std::filesystem::path& checkpoint);

/// The same for the state of a changed recipe: the weights must fit, other parts that do not fit
/// are those of a start from these weights.
/// @return a sentence for each part that is reset
std::vector<std::string> load_compatible(State& state, const recipe::Recipe& recipe,
                                         const std::filesystem::path& checkpoint);

/// Verifies the checkpoint of a run that has its training in common with the state, and loads what
/// it keeps of it (Kept) into the state. Throws Error{Code::data} when a file is damaged or does
/// not fit.
/// @return false, with nothing loaded: the training is another one, since weights, optimizer state
///         or the number of steps are not equal in every bit
bool load_kept(State& state, const std::filesystem::path& checkpoint);

/// Removes the checkpoints after that step.
void remove_later(const std::filesystem::path& checkpoints, std::int64_t step);

}  // namespace temper::train
