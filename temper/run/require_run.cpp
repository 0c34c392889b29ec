#include "temper/run/require_run.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <system_error>

#include "temper/core/error.h"
#include "temper/train/pretrained_weights.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;

bool is_run(const fs::path& path) {
  return fs::exists(path / "recipe.toml") || fs::exists(path / "metrics.jsonl");
}

/// A run of that name, where directories of runs are by default.
std::string hint(const fs::path& path) {
  const auto usual = fs::path("runs") / path;
  std::error_code none;
  return path.is_relative() && fs::exists(usual / "recipe.toml", none)
             ? fmt::format("did you mean '{}'?", usual.string())
             : "`temper runs` lists those in the folder runs";
}

/// @param or_else  what is expected besides
[[noreturn]] void refuse(const fs::path& path, std::string_view or_else = "") {
  const std::string_view found = !fs::exists(path)
                                     ? "there is no such folder"
                                     : "not a run directory: it has neither recipe.toml nor "
                                       "metrics.jsonl";
  throw Error(Code::usage, {.file = path.string()},
              fmt::format("{}; expected a run directory, as `temper train` writes it{}; {}", found,
                          or_else, hint(path)));
}

}  // namespace

void require_run(const fs::path& path) {
  if (!is_run(path)) refuse(path);
}

void require_network(const fs::path& path) {
  if (!is_run(path) && !fs::exists(train::config_file(path)))
    refuse(path, ", or a folder with config.json and weights");
}

}  // namespace temper::run
