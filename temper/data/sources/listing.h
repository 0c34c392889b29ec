#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The contents of folders, without hidden entries and folders that systems make (see
/// io/disk/system_folder.h). I/O errors are Error{Code::io} and name the path.
namespace temper::data {

/// The last part of a path; valid as long as the path.
std::string_view name_of(const std::filesystem::path& path);

/// The entries, sorted by the bytes of their names.
std::vector<std::filesystem::directory_entry> entries(const std::filesystem::path& folder);

/// Whether the path is a folder or a link to one. A lack of permission is an error.
bool is_folder(const std::filesystem::path& path);
/// The same for an entry, which often needs no access to the disk.
bool is_folder(const std::filesystem::directory_entry& entry);

/// Names of the folders in a folder, sorted.
std::vector<std::string> folders_in(const std::filesystem::path& folder);

/// Whether there is a folder in a folder.
bool holds_folder(const std::filesystem::path& folder);

/// Names of the entries that are not folders, sorted.
std::vector<std::string> files_in(const std::filesystem::path& folder);

/// Whether a file has the extension of a table: .csv, .tsv, case-insensitively.
bool is_table_name(const std::filesystem::path& path);

}  // namespace temper::data
