#pragma once
#include <filesystem>
#include <string_view>

#include "temper/core/error.h"

namespace temper::io {

/// The error of a failed system call on a file, with the action, the path, the system's message for
/// `error_number` and advice.
/// @param action  the failed action, as in "<path>: cannot <action>": "read", "write", "open"
Error system_error(std::string_view action, const std::filesystem::path& path, int error_number);

}  // namespace temper::io
