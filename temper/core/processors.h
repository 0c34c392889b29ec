#pragma once
#include <cstdint>

namespace temper {

/// The logical processors that the calling thread may run on, at least 1: those of the machine, or
/// fewer where taskset, a launcher (mpirun, srun) or a container restricts them. Limits of a
/// container's processor time are not considered.
std::int64_t allowed_processors();

/// The same as it was at the first call: threads that train may be restricted later.
std::int64_t processors();

}  // namespace temper
