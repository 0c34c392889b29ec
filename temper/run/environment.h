#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "temper/train/plan.h"
#include "temper/train/platform.h"

namespace temper::run {

/// The platform of this process.
train::Platform platform(const recipe::Recipe& resolved);

/// The contents of environment.json: versions, device, processor, threads, digest of the data set,
/// fingerprint, command.
nlohmann::json environment(const train::Plan& plan, const std::vector<std::string>& command);

}  // namespace temper::run
