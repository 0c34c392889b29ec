#include "temper/run/loss_log.h"

#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::run {

std::vector<LoggedLoss> logged_losses(const std::vector<train::Event>& log) {
  std::vector<LoggedLoss> losses;
  std::int64_t after = 0;
  bool started = false;  // processes that go on have the losses of the one before
  for (const auto& event : log) {
    const auto* line = std::get_if<train::Stepped>(&event);
    if (line != nullptr) losses.push_back({after, line->step, line->loss});
    const bool starts = !started && std::holds_alternative<train::Started>(event);
    started = started || starts;
    if (line != nullptr || starts || std::holds_alternative<train::Evaluated>(event))
      after = *train::step_of(event);
  }
  return losses;
}

std::string logged_fingerprint(const std::vector<train::Event>& log) {
  std::string last;
  for (const auto& event : log)
    if (const auto* start = std::get_if<train::Started>(&event);
        start && !start->fingerprint.empty())
      last = start->fingerprint;
  return last;
}

std::vector<train::Event> read_log(const std::filesystem::path& run) {
  const auto path = run / "metrics.jsonl";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    throw Error(
        Code::usage, {.file = run.string()},
        fmt::format("no run (looked for {}); expected a run directory", path.filename().string()));
  return train::read_events(path);
}

}  // namespace temper::run
