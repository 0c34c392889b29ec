#pragma once
#include <filesystem>
#include <string_view>

#include "temper/core/error.h"

namespace temper::io {

/// The error of a system call on a file: what failed, on which path, the system's reason for
/// `error_number` and what to do about it.
/// @param action  what was tried, as in "cannot <action> <path>": "read", "write", "open"
Error system_error(std::string_view action, const std::filesystem::path& path, int error_number);

}  // namespace temper::io
