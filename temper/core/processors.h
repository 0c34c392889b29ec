#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

namespace temper {

/// The logical processors that the calling thread may run on, at least 1: those of the machine, or
/// fewer where taskset, a launcher (mpirun, srun) or a container restricts them or their time.
std::int64_t allowed_processors();

/// The same as it was at the first call: threads that train may be restricted later.
std::int64_t processors();

/// The processor time per time that the control groups of this process allow, as `docker run
/// --cpus` sets it; nothing without a limit.
/// @param root  directory of proc and sys
std::optional<double> processor_time_limit(const std::filesystem::path& root = "/");

}  // namespace temper
