#include "temper/train/loss_log.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/json_lines.h"

namespace temper::train {

std::vector<LoggedLoss> logged_losses(const std::vector<nlohmann::json>& log) {
  std::vector<LoggedLoss> losses;
  std::int64_t after = 0;
  for (const auto& line : log) {
    const auto event = line.value("event", "");
    if (event != "step" && event != "epoch" && event != "start") continue;
    const auto step = line.value("step", after);
    if (event == "step") {
      const auto loss = line.find("loss");
      const bool known = loss != line.end() && loss->is_number();
      losses.push_back(
          {after, step, known ? loss->get<double>() : std::numeric_limits<double>::quiet_NaN()});
    }
    after = step;
  }
  return losses;
}

std::vector<nlohmann::json> read_log(const std::filesystem::path& run) {
  const auto path = run / "metrics.jsonl";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    throw Error(Code::usage, fmt::format("{}: no run (looked for {}); expected a run directory",
                                         run.string(), path.filename().string()));
  return io::read_json_lines(path);
}

}  // namespace temper::train
