#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "temper/study/engine/trial.h"

/// The different trials of a call of run_trials().
namespace temper::study {

enum class Stage : std::uint8_t {
  waiting,
  running,    ///< in a child of this process
  elsewhere,  ///< another process has its lock
  done
};

struct Job {
  Trial trial;  ///< asks for everything that trials of its fingerprint ask for
  Stage stage = Stage::waiting;
  std::optional<Result> result = {};        ///< of a job that is done
  std::optional<std::size_t> teacher = {};  ///< the job of its teacher, if among them
  bool teaches = false;
  std::optional<std::size_t> from = {};      ///< the job whose process trains its first steps
  std::vector<std::size_t> companions = {};  ///< jobs whose first steps its process trains
  int kills = 0;                             ///< ends of its processes by a signal
};

struct Jobs {
  std::vector<Job> list;
  std::vector<std::size_t> of_trial;  ///< the job of each trial
};

Jobs jobs_of(std::span<const Trial> trials);

/// Decides which of the waiting jobs share their first steps (trajectory.h): those on the same data
/// only.
void share_steps(Jobs& jobs, Fingerprints& fingerprints);

/// The order in which one of several processes looks at n jobs: its own part, then the others.
/// @param index  from 1
std::vector<std::size_t> order_of(std::size_t n, std::int64_t index, std::int64_t count);

}  // namespace temper::study
