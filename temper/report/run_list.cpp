#include "temper/report/run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/lock_file.h"
#include "temper/io/format/safetensors.h"
#include "temper/recipe/recipe.h"
#include "temper/run/environment.h"

namespace temper::report {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLog = "metrics.jsonl";
constexpr const char* kRecipe = "recipe.toml";
constexpr const char* kLock = ".lock";

bool has(const fs::path& folder, const fs::path& file) {
  std::error_code none;
  return fs::exists(folder / file, none);
}

/// A folder of recipes, and that of a study's trial, have a recipe.toml without being runs.
bool is_run(const fs::path& folder) {
  return has(folder, kLog) || has(folder, run::kEnvironmentFile) ||
         (has(folder, kRecipe) && has(folder, kLock));
}

/// Of the files in a folder and below it. One that vanishes meanwhile counts as nothing.
std::int64_t size_of(const fs::path& folder) {
  std::int64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code none;
    if (!at->is_regular_file(none) || at->is_symlink(none)) continue;
    const auto size = at->file_size(none);
    if (!none) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

/// Why a run's recipe can't be used; "" where it can.
std::string recipe_damage(const fs::path& directory) {
  if (!has(directory, kRecipe)) return "recipe.toml is missing";
  try {
    recipe::load(directory / kRecipe);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

/// The same of the weights that a finished run was tested with.
std::string weights_damage(const Run& run) {
  const auto file = run.weights_file();
  if (file.empty()) return "";
  if (!has(file.parent_path(), file.filename()))
    return fmt::format("{} is missing", file.filename().string());
  try {
    const io::Safetensors tensors(file);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

std::string damage(const Run& run) {
  if (!run.problems.empty()) return run.problems.front();
  if (auto found = recipe_damage(run.directory); !found.empty()) return found;
  if (run.end) return weights_damage(run);
  if (!has(run.directory, kLog) && has(run.directory, "checkpoints"))
    return "metrics.jsonl is missing";
  return "";
}

ListedRun listed(const fs::path& directory, const fs::path& folder) {
  ListedRun entry{.directory = directory,
                  .name = directory.lexically_relative(folder).string(),
                  .bytes = size_of(directory)};
  const bool is_running = io::LockFile::is_held(directory / kLock);
  try {
    const auto run = read_run_log(directory);
    entry.summary = summary(run, std::nullopt);
    if (run.start) entry.started = run.start->time;
    entry.reason = run.failure;
    if (run.end) entry.state = RunState::finished;
    if (!run.failure.empty()) entry.state = RunState::failed;
    if (auto found = damage(run); !found.empty() && !is_running) {
      entry.state = RunState::damaged;
      entry.reason = std::move(found);
    }
  } catch (const Error& error) {
    entry.state = RunState::damaged;
    entry.reason = error.what();
  }
  if (!is_running || entry.state == RunState::damaged) return entry;
  entry.state = RunState::running;
  entry.reason.clear();
  return entry;
}

void search(const fs::path& within, const fs::path& folder, RunList& list) {
  if (is_run(within)) {
    list.runs.push_back(listed(within, folder));
    return;
  }
  std::error_code error;
  std::vector<fs::path> folders;
  fs::directory_iterator at(within, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code none;
    if (at->is_directory(none) && !at->is_symlink(none)) folders.push_back(at->path());
  }
  if (error)
    list.problems.push_back(fmt::format("{} can't be read: {}", within.string(), error.message()));
  for (const auto& one : folders) search(one, folder, list);
}

}  // namespace

RunList list_runs(const fs::path& folder) {
  std::error_code none;
  if (!fs::is_directory(folder, none))
    throw Error(Code::usage, {.file = folder.string()},
                "no such folder; name the one that holds run directories, such as runs");
  RunList list;
  search(folder, folder, list);
  std::ranges::sort(list.runs, {}, &ListedRun::name);
  return list;
}

}  // namespace temper::report
