#pragma once
#include <cstdint>
#include <filesystem>

/// What the machine and the kernel say about memory, in bytes.
namespace temper::train {

/// What this process may still take: what the machine has free (MemAvailable) or what its cgroup
/// and those above leave (version 1 or 2: limit - used + file pages that can be dropped), whichever
/// is less. 0 where neither can be told.
/// @param root  where /proc and /sys are looked for
std::uint64_t available_memory(const std::filesystem::path& root = "/");

/// What the process holds now (resident set); 0 where it can't be told.
std::uint64_t resident_memory();

}  // namespace temper::train
