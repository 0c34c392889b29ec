#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/io/lock_file.h"
#include "temper/train/plan.h"

namespace temper::train {

/// A run's directory, held by this process while the object lives: nobody else trains in it.
class RunFolder {
 public:
  /// Makes the directory where it is not there and clears away what a killed process left half
  /// written. Throws Error: usage when another process trains in it, io.
  explicit RunFolder(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }

  /// Throws Error{Code::usage} when a run of another recipe or data lies here, with what differs.
  void require_same_run(const Plan& plan) const;

  /// The newest checkpoint that is whole. Damaged ones are set aside under another name, with a
  /// sentence each in `damaged`.
  std::optional<std::filesystem::path> newest_checkpoint(std::vector<std::string>& damaged) const;

  /// recipe.toml and, for a run that begins, environment.json.
  /// @param forked_from  says where a fork comes from, "" for any other run
  void record(const Plan& plan, const std::vector<std::string>& command,
              const std::string& forked_from) const;

 private:
  std::filesystem::path path_;
  io::LockFile lock_;
};

}  // namespace temper::train
