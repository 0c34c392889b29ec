#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "temper/study/engine/trial.h"

/// The space on disk that trials need while they run and after.
namespace temper::study {

/// In bytes; upper bounds.
struct TrialSpace {
  std::uint64_t running = 0;  ///< of its folder: checkpoints, weights, log
  std::uint64_t result = 0;   ///< of its results
};

/// Makes the state of a run, without its data, to know the sizes of its files: once for recipes
/// that need equally much.
class SpaceEstimate {
 public:
  explicit SpaceEstimate(Fingerprints& fingerprints) : fingerprints_(fingerprints) {}
  TrialSpace of(const Trial& trial);

 private:
  Fingerprints& fingerprints_;
  std::map<std::string, TrialSpace> known_;  ///< by the options that decide
};

/// The most that a folder grows by: the folders of the largest trials that run at a time, of those
/// that are kept, and the results of all.
/// @param kept  whether the folder of each stays
std::uint64_t space_needed(std::span<const TrialSpace> trials, const std::vector<bool>& kept,
                           std::int64_t jobs);

/// Throws Error{Code::io} where the disk of a folder has less space than that.
void require_space(const std::filesystem::path& folder, std::uint64_t needed,
                   std::uint64_t available);

}  // namespace temper::study
