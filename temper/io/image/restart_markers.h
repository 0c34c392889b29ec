#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace temper::io {

/// The same JPEG as a baseline file with restart markers and the shortest Huffman codes: with the
/// same pixels, profile and metadata. Data after the image are left out.
/// @param restart  as JpegOptions::restart, from 1 on
/// @return  nothing for a file that cannot be rewritten without loss: one that is damaged, of
///          another format, progressive without its last scans, of four components, or of
///          components that do not fit in one scan
std::optional<std::vector<std::byte>> with_restart_markers(std::span<const std::byte> file,
                                                           int restart);

}  // namespace temper::io
