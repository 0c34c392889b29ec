#pragma once
#include <filesystem>
#include <vector>

#include "temper/data/check.h"

namespace temper::data {

/// Files in a folder and those below it that are pictures without a picture's name, pictures of a
/// kind that can't be read, pictures with another kind's name, and no pictures at all; by path.
/// Hidden files are left alone. Nothing for what is no folder.
std::vector<OddFile> odd_files(const std::filesystem::path& folder);

}  // namespace temper::data
