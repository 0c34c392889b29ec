#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "temper/train/plan.h"
#include "temper/train/platform.h"

namespace temper::train {

/// Where this process runs.
Platform platform(const recipe::Recipe& resolved);

/// What a run was made with, for environment.json: versions, device, processor, threads, data set's
/// digest, fingerprint, command.
nlohmann::json environment(const Plan& plan, const std::vector<std::string>& command);

}  // namespace temper::train
