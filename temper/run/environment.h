#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "temper/train/plan.h"
#include "temper/train/platform.h"

namespace temper::run {

/// The platform of this process.
train::Platform platform(const recipe::Recipe& resolved);

inline constexpr std::string_view kEnvironmentFile = "environment.json";
/// The key of DataDigest::contents, which is missing where they are unknown.
inline constexpr std::string_view kDataContents = "data_contents";

/// The contents of environment.json: versions, device, processor, threads, hashes of the data set,
/// fingerprint, command.
nlohmann::json environment(const train::Plan& plan, const std::vector<std::string>& command);

/// environment.json of the run in a directory; an empty object without a valid one.
nlohmann::json recorded_environment(const std::filesystem::path& run);

/// A text in environment.json; empty without it.
std::string recorded_text(const std::filesystem::path& run, std::string_view key);

/// Whether the bytes of the images are known to be others than those that the run in the directory
/// was begun with.
bool contents_changed(const train::Plan& plan, const std::filesystem::path& run);

}  // namespace temper::run
