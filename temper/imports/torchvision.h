#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "temper/imports/imported.h"

namespace temper::imports {

/// The recipe of a training by torchvision's references/classification/train.py, from its command
/// line with or without its launcher. It says everything that determines the training, also where
/// the command relies on defaults. Throws Error{Code::usage} for options that the script does not
/// have, and for a network, an optimizer, a schedule or a policy that it or temper does not have.
/// @param processes  unless the launcher says it; nothing: 1
Imported import_torchvision(const std::vector<std::string>& command,
                            std::optional<std::int64_t> processes = {});

}  // namespace temper::imports
