#include "temper/train/installed_weights.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "temper/train/device.h"
#include "temper/train/pretrained_weights.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;

/// ".deps/weights" in the nearest folder above the program that has it.
fs::path beside_program() {
  std::error_code error;
  auto folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (; folder.has_relative_path(); folder = folder.parent_path())
    if (auto weights = folder / ".deps" / "weights"; fs::is_directory(weights, error))
      return weights;
  return {};
}

fs::path weights_folder() {
  const char* named = std::getenv("TEMPER_WEIGHTS_DIR");  // NOLINT(concurrency-mt-unsafe)
  return named != nullptr ? fs::path(named) : beside_program();
}

std::string installed() {
  // The larger ones are slower and better.
  constexpr std::array<std::string_view, 3> by_size{
      "tf_efficientnet_lite0", "tf_efficientnet_lite1", "tf_efficientnet_lite2"};
  const auto folder = weights_folder();
  if (folder.empty()) return "";
  const bool gpu = resolve_device(recipe::Device::automatic).device == recipe::Device::cuda;
  std::string found;
  for (const auto name : by_size) {
    const auto weights = folder / name;
    std::error_code error;
    if (!fs::exists(config_file(weights), error)) continue;
    if (found.empty() || gpu) found = weights.string();
  }
  return found;
}

}  // namespace

StartingWeights starting_weights(const std::string& asked) {
  if (asked == "none") return {.none = true};
  if (asked.empty()) return {.for_photographs = installed()};
  return {.asked = asked};
}

}  // namespace temper::train
