#include "temper/run/run_folder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ranges>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/folder.h"
#include "temper/io/format/json_text.h"
#include "temper/run/environment.h"
#include "temper/train/checkpoint.h"

namespace temper::run {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRecipeFile = "recipe.toml";

fs::path made(fs::path folder) {
  io::make_folder(folder);
  return folder;
}

/// The fingerprint of the run in the folder; "" without a run or a recorded fingerprint.
std::string fingerprint_of(const RunFolder& folder) {
  const auto saved = train::list_checkpoints(folder.checkpoints());
  for (const auto& checkpoint : saved | std::views::reverse) try {
      return train::read_manifest(checkpoint).fingerprint;
    } catch (const Error&) {
      continue;  // damaged; the one before has the same fingerprint
    }
  return recorded_text(folder.path(), "fingerprint");
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// The labels that label noise has replaced, as CSV.
std::string replaced_labels(const train::Plan& plan) {
  const auto& classes = plan.train->classes();
  std::string text = "image,label,trained_as\n";
  for (const auto& [image, was, is] : plan.replaced)
    text += fmt::format("{},{},{}\n", quoted(plan.train->where(image)),
                        quoted(classes[static_cast<std::size_t>(was)]),
                        quoted(classes[static_cast<std::size_t>(is)]));
  return text;
}

}  // namespace

RunFolder::RunFolder(fs::path path)
    : path_(made(std::move(path))), lock_(path_ / ".lock", "the run directory " + path_.string()) {
  io::remove_temporaries(path_);
  train::recover_checkpoints(checkpoints());
}

void RunFolder::require_own_recipe(const train::Plan& plan) const {
  const auto recipe = path_ / kRecipeFile;
  if (!fs::exists(recipe) || fs::exists(path_ / kEnvironmentFile) ||
      fs::exists(path_ / "metrics.jsonl") || !train::list_checkpoints(checkpoints()).empty())
    return;
  // A run that was killed as it began has left its own.
  if (io::read_text(recipe) == recipe::to_toml(plan.recipe)) return;
  throw Error(Code::usage, {.file = recipe.string()},
              "it is no run's recipe, and a run in this directory would overwrite it; choose "
              "another directory with --out");
}

void RunFolder::require_same_run(const train::Plan& plan) const {
  require_own_recipe(plan);
  constexpr std::string_view advice =
      "choose another directory with --out, use --fresh, or use --fork NAME to start from its "
      "weights";
  const auto there = fingerprint_of(*this);
  if (there.empty() || there == plan.fingerprint) {
    if (!contents_changed(plan, path_)) return;
    throw Error(Code::usage,
                fmt::format("{} holds a run on the same names, labels and sizes of images, but the "
                            "bytes of some images are others than when it began ({} in its {}, {} "
                            "now); restore them, {}",
                            path_.string(), recorded_text(path_, kDataContents), kEnvironmentFile,
                            plan.data_digest.contents, advice));
  }
  std::string list;
  for (const auto& d : recipe::differences(recipe::load(path_ / kRecipeFile), plan.recipe))
    if (d.changes_results)
      list += fmt::format("\n  {}: {} there, {} now", d.path, d.left.empty() ? "nothing" : d.left,
                          d.right.empty() ? "nothing" : d.right);
  throw Error(Code::usage, fmt::format("{} holds a run with another {}; {}{}", path_.string(),
                                       list.empty() ? "data set" : "recipe", advice, list));
}

std::optional<fs::path> RunFolder::newest_checkpoint(std::vector<std::string>& damaged) const {
  auto saved = train::list_checkpoints(checkpoints());
  for (; !saved.empty(); saved.pop_back()) try {
      train::verify_checkpoint(saved.back());
      return saved.back();
    } catch (const Error& error) {
      if (error.code() != Code::data) throw;
      damaged.emplace_back(error.what());
      auto aside = saved.back();
      aside += ".damaged";
      io::discard(aside);
      io::rename_synced(saved.back(), aside);
    }
  return std::nullopt;
}

void RunFolder::record(const train::Plan& plan, const std::vector<std::string>& command,
                       const std::string& forked_from) const {
  io::write_atomically(path_ / kRecipeFile, recipe::to_toml(plan.recipe));
  if (!plan.replaced.empty())
    io::write_atomically(path_ / "label_noise.csv", replaced_labels(plan));
  const auto path = path_ / kEnvironmentFile;
  auto text = recorded_environment(path_);
  if (!fs::exists(path)) {
    text = environment(plan, command);
    if (!forked_from.empty()) text["forked_from"] = forked_from;
  } else if (text.empty() || text.contains(kDataContents) || plan.data_digest.contents.empty()) {
    return;
  } else {
    text[std::string(kDataContents)] = plan.data_digest.contents;
  }
  io::write_atomically(path, io::json_text(text, 2) + "\n");
}

}  // namespace temper::run
