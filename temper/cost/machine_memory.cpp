#include "temper/cost/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "temper/core/control_groups.h"

namespace temper::cost {
namespace {

namespace fs = std::filesystem;

constexpr auto kUnlimited = std::numeric_limits<std::uint64_t>::max();

/// The number after a key at the beginning of a line.
std::optional<std::uint64_t> number_of(const fs::path& file, const std::string& key) {
  std::ifstream in(file);
  std::string word;
  for (std::uint64_t value = 0; in >> word;)
    if (word == key && in >> value) return value;
  return std::nullopt;
}

/// The number in a file; nothing for "max" and for a file that can't be read.
std::optional<std::uint64_t> number_in(const fs::path& file) {
  std::ifstream in(file);
  std::uint64_t value = 0;
  if (in >> value) return value;
  return std::nullopt;
}

/// File names, which differ between the two versions of cgroups.
struct Files {
  const char* limit;
  const char* used;
  const char* droppable;  ///< in memory.stat
};
constexpr Files kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                             "total_inactive_file"};
constexpr Files kVersion2 = {"memory.max", "memory.current", "inactive_file"};

std::uint64_t left_in(const ControlGroup& group) {
  const auto& files = group.version == 1 ? kVersion1 : kVersion2;
  const auto limit = number_in(group.folder / files.limit);
  const auto used = number_in(group.folder / files.used);
  if (!limit || !used) return kUnlimited;
  const auto droppable = number_of(group.folder / "memory.stat", files.droppable).value_or(0);
  const auto held = *used - std::min(*used, droppable);
  return *limit - std::min(*limit, held);
}

std::uint64_t left_by_groups(const fs::path& root) {
  auto least = kUnlimited;
  for (const auto& group : control_groups("memory", root)) least = std::min(least, left_in(group));
  return least;
}

}  // namespace

std::uint64_t available_memory(const fs::path& root) {
  const auto free = number_of(root / "proc/meminfo", "MemAvailable:");
  const auto least = std::min(free ? *free * 1024 : kUnlimited, left_by_groups(root));
  return least == kUnlimited ? 0 : least;
}

std::uint64_t resident_memory() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  if (!(in >> pages >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace temper::cost
