#include "temper/schedule/refuse.h"

#include <fmt/format.h>

#include "temper/core/error.h"

namespace temper::schedule {

void refuse(const std::string& where, const std::string& what) {
  throw Error(Code::usage, {.option = where}, fmt::format("{}: {}", where, what));
}

void refuse_length(const std::string& where, std::string_view what, double steps,
                   const Horizon& horizon, std::string_view help) {
  refuse(
      where,
      fmt::format(
          "{} {:.10g} steps ({:.6g} epochs), but the run has {} steps ({:.6g} epochs); {}", what,
          steps, steps / static_cast<double>(horizon.steps_per_epoch), horizon.total_steps,
          static_cast<double>(horizon.total_steps) / static_cast<double>(horizon.steps_per_epoch),
          help));
}

}  // namespace temper::schedule
