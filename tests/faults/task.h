#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "temper/train/plan.h"

/// A task so small that hundreds of processes can learn it: 96 pictures of 8x8 pixels, 4 steps an
/// epoch.
namespace temper::faults {

inline constexpr int kStepsPerEpoch = 4;

/// @param toml  what differs from the small recipe of two epochs
/// A `custom` technique is given a function; the loss "nan at some batches" is not finite for about
/// one batch in four.
train::Plan make_plan(const std::string& toml, const std::vector<std::string>& sets);

/// What a worker process is told.
struct Job {
  std::string directory;
  std::string toml = {};
  std::vector<std::string> sets = {};
  int stop_at = 0;       ///< 0: to the end
  int cycles = 1;        ///< stop and go on so often within the process
  int terminate_at = 0;  ///< raises SIGTERM when so many steps are done
  int pause_at = 0;      ///< raises SIGSTOP when so many steps are done
  std::string fork_from = {};
};

/// A worker's whole life. @return exit status, as the program's
int work(const Job& job);

/// The job as words, and back.
std::vector<std::string> words_of(const Job& job);
Job job_of(const std::vector<std::string>& words);

}  // namespace temper::faults
