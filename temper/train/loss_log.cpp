#include "temper/train/loss_log.h"

#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::train {

std::vector<LoggedLoss> logged_losses(const std::vector<Event>& log) {
  std::vector<LoggedLoss> losses;
  std::int64_t after = 0;
  for (const auto& event : log) {
    const auto* line = std::get_if<Stepped>(&event);
    if (line != nullptr) losses.push_back({after, line->step, line->loss});
    if (line != nullptr || std::holds_alternative<Evaluated>(event) ||
        std::holds_alternative<Started>(event))
      after = *step_of(event);
  }
  return losses;
}

std::string logged_fingerprint(const std::vector<Event>& log) {
  std::string last;
  for (const auto& event : log)
    if (const auto* start = std::get_if<Started>(&event); start && !start->fingerprint.empty())
      last = start->fingerprint;
  return last;
}

std::vector<Event> read_log(const std::filesystem::path& run) {
  const auto path = run / "metrics.jsonl";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    throw Error(
        Code::usage, {.file = run.string()},
        fmt::format("no run (looked for {}); expected a run directory", path.filename().string()));
  return read_events(path);
}

}  // namespace temper::train
