#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "temper/train/events.h"

namespace temper::run {

/// A line of the log with a running loss: the mean over steps `after` + 1 to `step`.
struct LoggedLoss {
  std::int64_t after = 0;
  std::int64_t step = 0;
  double loss = 0;  ///< NaN where the log has none
  bool operator==(const LoggedLoss&) const = default;
};

/// The running losses in a run's metrics.jsonl. A new mean starts after every such line and
/// evaluation, and at the step that the run started at.
std::vector<LoggedLoss> logged_losses(const std::vector<train::Event>& log);

/// The fingerprint in the run's log; "" without one.
std::string logged_fingerprint(const std::vector<train::Event>& log);

/// The events in the run's log. Throws Error{Code::usage} when the directory holds no run, and as
/// read_events() does.
std::vector<train::Event> read_log(const std::filesystem::path& run);

}  // namespace temper::run
