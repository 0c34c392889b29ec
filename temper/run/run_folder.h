#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/io/disk/lock_file.h"
#include "temper/train/plan.h"

namespace temper::run {

/// A run's directory, locked for this process during the object's lifetime: no other process trains
/// in it.
class RunFolder {
 public:
  /// Creates the directory if missing, and removes incomplete files of a killed process. Throws
  /// Error: usage when another process trains in it, io.
  explicit RunFolder(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }

  /// Throws Error{Code::usage}, with a list of the differences, when the directory holds a run with
  /// another recipe or data set, or one with images whose bytes are known to have changed, or a
  /// recipe.toml without a run.
  void require_same_run(const train::Plan& plan) const;

  /// The newest undamaged checkpoint. Damaged ones are renamed, and each is described by a sentence
  /// in `damaged`.
  std::optional<std::filesystem::path> newest_checkpoint(std::vector<std::string>& damaged) const;

  /// Writes recipe.toml and, for a new run, environment.json. An older run's, begun when the bytes
  /// of the images were unknown, is completed by their hash.
  /// @param forked_from  run and step that a fork starts from; "" for any other run
  void record(const train::Plan& plan, const std::vector<std::string>& command,
              const std::string& forked_from) const;

 private:
  void require_own_recipe(const train::Plan& plan) const;

  std::filesystem::path path_;
  io::LockFile lock_;
};

}  // namespace temper::run
