#include "temper/core/control_groups.h"

#include <fstream>
#include <string>

namespace temper {
namespace {

namespace fs = std::filesystem;

void add_with_parents(const fs::path& top, const std::string& path, int version,
                      std::vector<ControlGroup>& groups) {
  groups.push_back({.folder = top, .version = version});
  for (fs::path group = fs::path(path).relative_path(); !group.empty(); group = group.parent_path())
    groups.push_back({.folder = top / group, .version = version});
}

}  // namespace

std::vector<ControlGroup> control_groups(std::string_view controller, const fs::path& root) {
  std::vector<ControlGroup> groups;
  const auto mount = root / "sys/fs/cgroup";
  const auto named = "," + std::string(controller) + ",";
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    // "0::/path" is version 2, "7:cpu,memory:/path" version 1.
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const auto path = line.substr(second + 1);
    if (controllers == ",,") add_with_parents(mount, path, 2, groups);
    if (controllers.find(named) != std::string::npos)
      add_with_parents(mount / controller, path, 1, groups);
  }
  return groups;
}

}  // namespace temper
