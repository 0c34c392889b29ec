#pragma once
#include <filesystem>

namespace temper::io {

/// Makes a folder and those above it, so that it is still there after the power fails. Throws
/// Error{Code::io}.
void make_folder(const std::filesystem::path& folder);

/// Makes renames, new names and removals in the folder last. Throws Error{Code::io}.
void sync_folder(const std::filesystem::path& folder);

/// Renames, and makes that last. Throws Error{Code::io} naming `to`.
void rename_synced(const std::filesystem::path& from, const std::filesystem::path& to);

/// Removes a file, or a folder with all that is in it; nothing there is fine. What can't be removed
/// stays.
/// @return nothing is left
bool discard(const std::filesystem::path& path) noexcept;

}  // namespace temper::io
