#pragma once
#include "temper/core/stop_flag.h"

namespace temper::cli {

/// The flag that SIGINT and SIGTERM set from now on: work ends after saving. A second signal of the
/// same kind kills the process, as it does by default; the files on disk are complete at any time.
const StopFlag& stop_on_signals();

/// The same for the process of a trial, in which every SIGTERM is like the first one: whoever sends
/// it to all processes of a study reaches the trial directly and through the study's process.
const StopFlag& stop_trial_on_signals();

}  // namespace temper::cli
