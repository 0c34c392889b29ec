#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "temper/study/engine/trial.h"
#include "temper/train/plan.h"

/// A task so small that hundreds of processes can train on it: 96 images of 8x8 pixels, 4 steps per
/// epoch.
namespace temper::faults {

inline constexpr int kStepsPerEpoch = 4;

/// `custom` techniques get a function; a loss named "sometimes nan" is not finite for about one
/// batch in four.
/// @param toml  the recipe; "" for a small one of two epochs
/// @param sets  edits of the recipe
train::Plan make_plan(const std::string& toml, const std::vector<std::string>& sets);

/// The job of a worker process.
struct Job {
  std::string directory;
  std::string toml = {};
  std::vector<std::string> sets = {};
  int stop_at = 0;       ///< 0: to the end
  int cycles = 1;        ///< number of stops and resumptions within the process
  int terminate_at = 0;  ///< raises SIGTERM after this many steps
  int pause_at = 0;      ///< raises SIGSTOP after this many steps
  std::string fork_from = {};
  int study_jobs = 0;      ///< above 0: runs the study of study_trials() instead, so many at a time
  std::string data = {};   ///< folder of its images, by study::small::write_data()
  bool in_common = false;  ///< of study_trials()
  bool keep = true;        ///< of study_trials()
};

/// The trials of a study: two recipes with two seeds.
/// @param in_common  the recipes differ in an average alone, so that the process of one trial
///                   trains the steps of the other one along, its companion
/// @param keep       the trained networks
std::vector<study::Trial> study_trials(const std::string& data, bool in_common = false,
                                       bool keep = true);

/// Does the work of `temper __trial FOLDER`. @return exit status, as the program's
int work_on_trial(const std::string& folder);

/// Runs a worker's job. @return exit status, as the program's
int work(const Job& job);

/// Conversion of a job to words and back.
std::vector<std::string> words_of(const Job& job);
Job job_of(const std::vector<std::string>& words);

}  // namespace temper::faults
