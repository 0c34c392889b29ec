#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "temper/cost/scaling.h"

/// What a step of several processes would take, for a terminal and for programs.
namespace temper::report {

/// The length of a run and its batch.
struct ScaledRun {
  std::int64_t batch = 0;  ///< images that all ranks share
  std::int64_t steps = 0;
  bool sync_bn = false;
};

/// In lines.
std::string to_text(const cost::Scaling& scaling, const ScaledRun& run);
nlohmann::ordered_json to_json(const cost::Scaling& scaling, const ScaledRun& run);

}  // namespace temper::report
