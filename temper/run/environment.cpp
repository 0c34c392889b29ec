#include "temper/run/environment.h"

#include <ATen/Version.h>
#include <torch/version.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "temper/core/version.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/image/libjpeg_version.h"
#include "temper/train/clock.h"

namespace temper::run {
namespace {

/// The value after `key` and a separator, on the first line of a file that starts with the key,
/// without quotes.
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

train::Platform platform(const recipe::Recipe& resolved) {
  return {std::string(name_of(resolved.device)), resolved.threads.value.value_or(0),
          at::get_cpu_capability(), TORCH_VERSION};
}

nlohmann::json environment(const train::Plan& plan, const std::vector<std::string>& command) {
  auto all = io::json_of(platform(plan.recipe));
  all.update({{"temper", kVersion},
              {"commit", kCommit},
              {"libjpeg_turbo", io::codec::libjpeg_version()},
              {"precision", name_of(plan.recipe.precision)},
              {"loader_threads", plan.recipe.data.loader_threads.value.value_or(0)},
              {"cpu", look_up("/proc/cpuinfo", "model name", ':')},
              {"system", look_up("/etc/os-release", "PRETTY_NAME", '=')},
              {"data", plan.data_digest.names},
              {"fingerprint", plan.fingerprint},
              {"command", command},
              {"started", train::utc_now()}});
  if (const auto& contents = plan.data_digest.contents; !contents.empty())
    all[std::string(kDataContents)] = contents;
  return all;
}

nlohmann::json recorded_environment(const std::filesystem::path& run) {
  const auto path = run / kEnvironmentFile;
  if (!std::filesystem::exists(path)) return nlohmann::json::object();
  auto found = nlohmann::json::parse(io::read_text(path), nullptr, /*allow_exceptions=*/false);
  return found.is_object() ? found : nlohmann::json::object();
}

std::string recorded_text(const std::filesystem::path& run, std::string_view key) {
  const auto object = recorded_environment(run);
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool contents_changed(const train::Plan& plan, const std::filesystem::path& run) {
  const auto& now = plan.data_digest.contents;
  const auto then = recorded_text(run, kDataContents);
  return !now.empty() && !then.empty() && now != then;
}

}  // namespace temper::run
