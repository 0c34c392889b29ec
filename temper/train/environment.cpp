#include "temper/train/environment.h"

#include <ATen/Version.h>
#include <torch/version.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "temper/core/version.h"
#include "temper/train/clock.h"

namespace temper::train {
namespace {

/// What stands behind `key` and a separator on the first line of a file that begins with it; quotes
/// go.
std::string look_up(const char* file, std::string_view key, char separator) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    auto value = line.substr(line.find(separator) + 1);
    std::erase(value, '"');
    return value.substr(std::min(value.find_first_not_of(" \t"), value.size()));
  }
  return "unknown";
}

}  // namespace

std::string instruction_set() {
  return at::get_cpu_capability();
}

std::uint64_t available_memory() {
  const auto text = look_up("/proc/meminfo", "MemAvailable", ':');
  return text == "unknown" ? 0 : std::stoull(text) * 1024;
}

nlohmann::json environment(const recipe::Recipe& resolved,
                           const std::vector<std::string>& command) {
  return {{"temper", kVersion},
          {"commit", kCommit},
          {"libtorch", TORCH_VERSION},
          {"device", name_of(resolved.device)},
          {"precision", name_of(resolved.precision)},
          {"threads", resolved.threads.value.value_or(0)},
          {"loader_threads", resolved.data.loader_threads.value.value_or(0)},
          {"cpu", look_up("/proc/cpuinfo", "model name", ':')},
          {"instruction_set", instruction_set()},
          {"system", look_up("/etc/os-release", "PRETTY_NAME", '=')},
          {"command", command},
          {"started", utc_now()}};
}

}  // namespace temper::train
