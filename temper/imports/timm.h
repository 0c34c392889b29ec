#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/imports/arguments.h"
#include "temper/imports/imported.h"

namespace temper::imports {

/// The recipe of a training by timm's train.py. It says everything that determines the training,
/// also where the command relies on timm's defaults. Throws Error{Code::usage} for a network, an
/// optimizer or a schedule that temper does not have.
/// @param processes  that train together, each with a batch of --batch-size
Imported translated_from_timm(const Arguments& arguments, std::int64_t processes);

/// The same for a command line, with or without its launcher.
/// @param processes  unless the launcher says it; nothing: 1
Imported import_timm(const std::vector<std::string>& command,
                     std::optional<std::int64_t> processes = {});

/// The same for the file args.yaml that it writes.
/// @param name     of the file, for messages
/// @param changes  options as in a command line, which take precedence over the file's
Imported import_timm_file(std::string_view text, const std::string& name,
                          const std::vector<std::string>& changes = {},
                          std::optional<std::int64_t> processes = {});

}  // namespace temper::imports
