#include "temper/cost/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

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
  const char* mount;
  const char* limit;
  const char* used;
  const char* droppable;  ///< in memory.stat
};
constexpr Files kVersion1 = {"sys/fs/cgroup/memory", "memory.limit_in_bytes",
                             "memory.usage_in_bytes", "total_inactive_file"};
constexpr Files kVersion2 = {"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"};

std::uint64_t left_in(const fs::path& group, const Files& files) {
  const auto limit = number_in(group / files.limit);
  const auto used = number_in(group / files.used);
  if (!limit || !used) return kUnlimited;
  const auto droppable = number_of(group / "memory.stat", files.droppable).value_or(0);
  const auto held = *used - std::min(*used, droppable);
  return *limit - std::min(*limit, held);
}

/// The least memory left by the group and its parents. In a container the group itself may be
/// mounted at the top, under another path than the kernel reports: the top is always included.
std::uint64_t left_by_groups(const fs::path& root, const std::string& path, const Files& files) {
  const auto top = root / files.mount;
  auto least = left_in(top, files);
  for (fs::path group = fs::path(path).relative_path(); !group.empty(); group = group.parent_path())
    least = std::min(least, left_in(top / group, files));
  return least;
}

std::uint64_t left_by_groups(const fs::path& root) {
  std::ifstream in(root / "proc/self/cgroup");
  auto least = kUnlimited;
  for (std::string line; std::getline(in, line);) {
    // "0::/path" is version 2, "7:cpu,memory:/path" version 1.
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const auto path = line.substr(second + 1);
    if (controllers == ",,") least = std::min(least, left_by_groups(root, path, kVersion2));
    if (controllers.find(",memory,") != std::string::npos)
      least = std::min(least, left_by_groups(root, path, kVersion1));
  }
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
