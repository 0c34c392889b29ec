#pragma once
#include <filesystem>
#include <string>

#include "temper/run/replay.h"

namespace temper::report {

/// A replayed step as lines for a terminal: where it started, its loss, the comparison with the log
/// and the images with the highest losses.
std::string to_text(const run::Replay& replay, const train::Plan& plan);

/// Where the replay differs from the run's log: a warning, and the differences between the run's
/// environment and this process's that may explain it, in lines; "" where it is the same.
std::string replay_warning(const run::Replay& replay, const train::Plan& plan,
                           const std::filesystem::path& run);

}  // namespace temper::report
