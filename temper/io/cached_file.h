#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "temper/io/descriptor.h"

/// What can be read without waiting for a disk.
namespace temper::io {

/// Opens a file for reading where no disk has to be waited for, since what its path names is in
/// memory. Nothing where that is not so, where there is no such file, or where the system can't
/// say. With a fault in the environment (failpoint.h) nothing, so that the fault meets the call
/// that waits.
Descriptor open_cached(const std::filesystem::path& path) noexcept;

/// Reads from `offset` on what is in memory.
/// @return bytes read; fewer than the buffer has where a disk would have to be waited for
std::size_t read_cached(const Descriptor& file, std::uint64_t offset,
                        std::span<std::byte> buffer) noexcept;

}  // namespace temper::io
