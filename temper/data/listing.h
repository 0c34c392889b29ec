#pragma once
#include <filesystem>
#include <string>
#include <vector>

/// What lies in a folder. Errors of the disk are Error{Code::io} naming the path.
namespace temper::data {

/// What is not hidden, sorted by the bytes of its name.
std::vector<std::filesystem::directory_entry> entries(const std::filesystem::path& folder);

/// Whether a folder is there, or a link to one. No permission to look is an error.
bool is_folder(const std::filesystem::path& path);
/// The same of an entry, which often knows without asking the disk.
bool is_folder(const std::filesystem::directory_entry& entry);

/// Names of the folders in a folder, sorted, hidden ones left out.
std::vector<std::string> folders_in(const std::filesystem::path& folder);

/// Names of what is no folder, sorted, hidden ones left out.
std::vector<std::string> files_in(const std::filesystem::path& folder);

/// Whether a file is called as pictures are: .png, .jpg, .jpeg, .webp, in any case.
bool is_picture_name(const std::filesystem::path& path);

/// Letters A to Z made small.
std::string small_letters(std::string text);

}  // namespace temper::data
