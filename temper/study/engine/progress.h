#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "temper/study/engine/result.h"

namespace temper::study {

/// How far a call of run_trials() has come. All counts are of different trials.
struct Progress {
  std::int64_t trials = 0;
  std::int64_t done = 0;       ///< with a result, `known` among them
  std::int64_t known = 0;      ///< had a result when the call began
  std::int64_t running = 0;    ///< in child processes of this one
  std::int64_t elsewhere = 0;  ///< in other processes, when last looked at
  double spent = 0;            ///< seconds of all trials that ended here, one after another
  double elapsed = 0;          ///< seconds since the call began
  std::optional<double> time_left = {};  ///< seconds; empty until a trial has ended here

  const Result* ended = nullptr;  ///< the result that was just stored or found, during the call
  std::string label = {};         ///< of its trial

  [[nodiscard]] std::int64_t left() const { return trials - done - running - elsewhere; }
};

/// The time that the rest takes, if every trial takes as long as the mean of those that have ended.
/// @param mean     seconds
/// @param running  seconds since each running trial was started
/// @param left     trials that nobody has begun
/// @param workers  trials at a time, >= 1
double time_left(double mean, std::span<const double> running, std::int64_t left,
                 std::int64_t workers);

}  // namespace temper::study
