#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

namespace temper {

/// A control group (cgroup) of the Linux kernel, which may limit its processes' memory and time.
struct ControlGroup {
  std::filesystem::path folder;
  int version = 2;  ///< 1 or 2: its files have other names
};

/// The control groups that this process belongs to and those above them, in which a controller may
/// set limits. In a container the group itself may be mounted at the top, under another path than
/// the kernel reports: the top is always included.
/// @param controller  "cpu", "memory"
/// @param root        directory of proc and sys
std::vector<ControlGroup> control_groups(std::string_view controller,
                                         const std::filesystem::path& root = "/");

}  // namespace temper
