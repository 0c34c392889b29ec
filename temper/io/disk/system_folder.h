#pragma once
#include <string_view>

namespace temper::io {

/// Whether a name is that of a folder that a file server, an operating system or a program makes
/// among a user's files: thumbnails, deleted files, metadata. Hidden ones, such as .thumbnails, are
/// not among them.
bool is_system_folder(std::string_view name);

/// Whether one of the folders in a path, with '/' between its parts, is such a folder.
bool in_system_folder(std::string_view path);

}  // namespace temper::io
