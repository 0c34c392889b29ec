#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/report/summary.h"

/// The runs below a folder, from the files in their directories.
namespace temper::report {

enum class RunState : std::uint8_t {
  finished,
  running,  ///< a process trains in the directory
  stopped,  ///< it can go on
  failed,   ///< a step that was not finite ended it
  damaged   ///< a file that it needs is missing or can't be read
};

struct ListedRun {
  std::filesystem::path directory = {};
  std::string name = {};  ///< its path below the folder
  RunState state = RunState::stopped;
  std::string reason = {};              ///< why it failed, or what is damaged; otherwise empty
  std::optional<Summary> summary = {};  ///< from the log, where it can be read
  std::string started = {};             ///< "2026-01-31T12:00:00Z"; "" where it is not known
  std::int64_t bytes = 0;               ///< of all files in the directory
};

struct RunList {
  std::vector<ListedRun> runs;        ///< by name
  std::vector<std::string> problems;  ///< folders that could not be read, and why
};

/// A directory with the log, or other files that only a run has, is a run; what lies within it is
/// not searched. Links to folders are not followed. Nothing is written. Throws Error{Code::usage}
/// where the folder does not exist.
RunList list_runs(const std::filesystem::path& folder);

}  // namespace temper::report

template <>
struct temper::EnumNames<temper::report::RunState> {
  static constexpr std::array<std::string_view, 5> value{"finished", "running", "stopped", "failed",
                                                         "damaged"};
};
