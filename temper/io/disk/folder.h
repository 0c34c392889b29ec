#pragma once
#include <filesystem>

namespace temper::io {

/// Creates a folder and its parents durably: they persist after a power failure. Throws
/// Error{Code::io}.
void make_folder(const std::filesystem::path& folder);

/// Makes renames, new files and removals in the folder durable. Throws Error{Code::io}.
void sync_folder(const std::filesystem::path& folder);

/// Renames durably. Throws Error{Code::io} with the path `to`.
void rename_synced(const std::filesystem::path& from, const std::filesystem::path& to);

/// Durably puts a folder in the place of another one, which is removed. Where the file system can
/// exchange two names, one of both is there, whole, at every moment. Throws Error{Code::io} with
/// the path `to`.
void replace_folder(const std::filesystem::path& from, const std::filesystem::path& to);

/// Removes a file, or a folder with its contents, if there is one. What can't be removed is kept.
/// @return whether nothing is left
bool discard(const std::filesystem::path& path) noexcept;

/// Removes a folder that is there as a whole or not at all, whenever the process is killed: it is
/// renamed first. A folder that can't be renamed is kept.
void discard_folder(const std::filesystem::path& folder) noexcept;
/// Removes what processes that were killed within discard_folder() have left of folders in
/// `folder`.
void remove_discarded(const std::filesystem::path& folder) noexcept;

}  // namespace temper::io
