#pragma once
#include <filesystem>

namespace temper::run {

/// Throws Error{Code::usage} unless the path is that of a run directory: one with a recipe or a
/// log.
void require_run(const std::filesystem::path& path);

/// The same for commands that also take a folder with config.json and weights, as timm writes it.
void require_network(const std::filesystem::path& path);

}  // namespace temper::run
