#pragma once
#include <filesystem>
#include <string>
#include <vector>

/// The contents of folders. I/O errors are Error{Code::io} and name the path.
namespace temper::data {

/// The entries that are not hidden, sorted by the bytes of their names.
std::vector<std::filesystem::directory_entry> entries(const std::filesystem::path& folder);

/// Whether the path is a folder or a link to one. A lack of permission is an error.
bool is_folder(const std::filesystem::path& path);
/// The same for an entry, which often needs no access to the disk.
bool is_folder(const std::filesystem::directory_entry& entry);

/// Names of the folders in a folder, sorted, without hidden ones.
std::vector<std::string> folders_in(const std::filesystem::path& folder);

/// Names of the entries that are not folders, sorted, without hidden ones.
std::vector<std::string> files_in(const std::filesystem::path& folder);

/// Whether a file has the extension of an image: .png, .jpg, .jpeg, .webp, case-insensitively.
bool is_picture_name(const std::filesystem::path& path);

/// The text with the letters A to Z in lower case.
std::string to_lower(std::string text);

}  // namespace temper::data
