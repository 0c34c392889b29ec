#pragma once
#include <filesystem>

namespace temper::io {

/// Whether the file name ends as those of pictures do: .png, .jpg, .jpeg or .webp, in any case.
bool is_picture_name(const std::filesystem::path& path);

}  // namespace temper::io
