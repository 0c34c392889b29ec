#include "temper/core/processors.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include "temper/core/control_groups.h"

namespace temper {
namespace {

namespace fs = std::filesystem;

/// The first number in a file; nothing for "max" and for a file that can't be read.
std::optional<double> number_in(std::ifstream& file) {
  double value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

std::optional<double> limit_of(const ControlGroup& group) {
  // Version 2 has both numbers in one file; a quota of -1 in version 1 is none.
  std::ifstream quotas(group.folder / (group.version == 1 ? "cpu.cfs_quota_us" : "cpu.max"));
  std::ifstream periods(group.folder / "cpu.cfs_period_us");
  const auto quota = number_in(quotas);
  const auto period = number_in(group.version == 1 ? periods : quotas);
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return *quota / *period;
}

std::int64_t processors_of_affinity() {
  const auto all = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
  cpu_set_t set;
  // It fails on machines with more processors than the set has.
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return all;
  return std::clamp<std::int64_t>(CPU_COUNT(&set), 1, all);
}

}  // namespace

std::optional<double> processor_time_limit(const fs::path& root) {
  std::optional<double> lowest;
  for (const auto& group : control_groups("cpu", root))
    if (const auto limit = limit_of(group)) lowest = std::min(lowest.value_or(*limit), *limit);
  return lowest;
}

std::int64_t allowed_processors() {
  const auto all = processors_of_affinity();
  const auto limit = processor_time_limit();
  return limit ? std::clamp<std::int64_t>(std::llround(std::ceil(*limit)), 1, all) : all;
}

std::int64_t processors() {
  static const auto found = allowed_processors();
  return found;
}

}  // namespace temper
