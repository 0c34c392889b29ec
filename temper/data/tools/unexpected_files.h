#pragma once
#include <filesystem>
#include <vector>

#include "temper/data/tools/check.h"

namespace temper::data {

/// What a set does not read (Dataset::unread), as part of a check.
std::vector<UnexpectedFile> unread_files(const std::vector<Unread>& unread);

/// The same, and other files in a folder and its subfolders that are images without an image's
/// extension, images of a format that is not supported, images with the extension of another
/// format, or not images at all; sorted by path. Hidden files and folders that systems make are
/// ignored. Only `unread` if the path is not a folder.
std::vector<UnexpectedFile> odd_files(const std::filesystem::path& folder,
                                      const std::vector<Unread>& unread = {});

}  // namespace temper::data
