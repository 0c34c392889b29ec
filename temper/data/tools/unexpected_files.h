#pragma once
#include <filesystem>
#include <vector>

#include "temper/data/tools/check.h"

namespace temper::data {

/// Files in a folder and its subfolders that are images without an image's extension, images of a
/// format that is not supported, images with the extension of another format, or not images at all;
/// sorted by path. Hidden files are ignored. Empty if the path is not a folder.
std::vector<UnexpectedFile> odd_files(const std::filesystem::path& folder);

}  // namespace temper::data
