#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace temper::io {

/// An array of unsigned bytes, row-major, as in MNIST's files.
struct Idx {
  std::vector<std::int64_t> shape;
  std::vector<std::uint8_t> values;  ///< product of shape
};

/// Reads an IDX file (LeCun, Cortes, Burges: "The MNIST database"), plain or gzip (of any number of
/// members), which is detected by content. Only unsigned bytes are supported. Throws
/// Error{Code::data} with the bytes found and expected for a damaged, truncated or too long file,
/// Error{Code::io} for one that can't be read.
/// @param max_bytes  a larger array is refused before memory is allocated for it
Idx read_idx(const std::filesystem::path& path, std::uint64_t max_bytes = std::uint64_t{1} << 32);

/// The same for bytes in memory; `name` is used in messages.
Idx parse_idx(std::span<const std::byte> bytes, const std::string& name,
              std::uint64_t max_bytes = std::uint64_t{1} << 32);

}  // namespace temper::io
