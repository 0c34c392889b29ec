#pragma once
#include <cstdint>
#include <filesystem>

/// The memory of the machine and of this process, in bytes.
namespace temper::cost {

/// The memory that this process can still allocate: the machine's available memory (MemAvailable)
/// or the rest of the limits of its cgroup and the parent cgroups (version 1 or 2: limit - used +
/// reclaimable file pages), whichever is less. 0 where neither is known.
/// @param root  directory of proc and sys
std::uint64_t available_memory(const std::filesystem::path& root = "/");

/// The resident set size of this process; 0 where it is not known.
std::uint64_t resident_memory();

}  // namespace temper::cost
