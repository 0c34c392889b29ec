#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "temper/io/disk/descriptor.h"

/// Reading what is already in the page cache, without waiting for a disk.
namespace temper::io {

/// Opens a file for reading if its path can be resolved from memory, without waiting for a disk.
/// Returns an empty descriptor if it can't, if there is no such file, or if the system doesn't
/// support this; also with a fault in the environment (failpoint.h), so that the fault occurs in
/// the blocking call.
Descriptor open_cached(const std::filesystem::path& path) noexcept;

/// Reads from `offset` the bytes that are in memory.
/// @return bytes read; fewer than the buffer's size if the rest would have to be read from a disk
std::size_t read_cached(const Descriptor& file, std::uint64_t offset,
                        std::span<std::byte> buffer) noexcept;

}  // namespace temper::io
