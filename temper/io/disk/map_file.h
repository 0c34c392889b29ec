#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <utility>

namespace temper::io {

/// Maps a file into memory for reading; the pointer, which is null for an empty file, unmaps it.
/// Throws Error{Code::io}.
/// @return the first byte and the number of bytes
std::pair<std::shared_ptr<const std::byte>, std::size_t> map_file(
    const std::filesystem::path& path);

}  // namespace temper::io
