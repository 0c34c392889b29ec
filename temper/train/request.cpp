#include "temper/train/request.h"

#include <fmt/format.h>

#include "temper/core/error.h"
#include "temper/recipe/text.h"

namespace temper::train {

namespace fs = std::filesystem;

std::vector<std::string> with_weights(std::vector<std::string> sets,
                                      const StartingWeights& weights) {
  if (weights.none) sets.emplace_back("pretrained=false");
  if (!weights.asked.empty()) sets.push_back("pretrained.from=" + recipe::quote(weights.asked));
  return sets;
}

fs::path asked_directory(const RunRequest& request, const std::string& name) {
  if (request.out.empty()) return fs::path("runs") / name;
  return request.out.has_filename() ? request.out : request.out.parent_path();
}

RunDirectories run_directories(const RunRequest& request, const std::string& name) {
  const auto asked = asked_directory(request, name);
  if (!request.fork.empty())
    return {.directory = asked.parent_path() / request.fork, .fork_from = asked};
  if (request.existing == ExistingRun::require && !fs::exists(asked / "recipe.toml"))
    throw Error(Code::usage,
                fmt::format("{}: no run to resume; omit --resume to start one", asked.string()));
  fs::path free = asked;
  if (request.existing == ExistingRun::avoid)
    for (int n = 2; fs::exists(free); ++n) free = fmt::format("{}-{}", asked.string(), n);
  return {.directory = free};
}

}  // namespace temper::train
