#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace temper::io {

/// The whole file. Throws Error{Code::io} when it cannot be read and Error{Code::data} when it is
/// larger than `max_bytes`.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);
std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes = 64U << 20U);

}  // namespace temper::io
