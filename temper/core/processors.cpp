#include "temper/core/processors.h"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace temper {

std::int64_t allowed_processors() {
  const auto all = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
  cpu_set_t set;
  // It fails on machines with more processors than the set has.
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return all;
  return std::clamp<std::int64_t>(CPU_COUNT(&set), 1, all);
}

std::int64_t processors() {
  static const auto found = allowed_processors();
  return found;
}

}  // namespace temper
