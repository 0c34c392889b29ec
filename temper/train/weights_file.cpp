#include "temper/train/weights_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "temper/core/error.h"
#include "temper/train/averaged.h"
#include "temper/train/checkpoint.h"

namespace temper::train {

namespace fs = std::filesystem;

namespace {

/// The weights of a checkpoint that recipe.evaluation selects.
fs::path weights_of(const fs::path& checkpoint, const recipe::Recipe& recipe) {
  const auto averaged = checkpoint / "averages.safetensors";
  verify_checkpoint(checkpoint);
  return fs::exists(averaged) && recipe.evaluation.weights != recipe::Weights::raw
             ? averaged
             : checkpoint / "model.safetensors";
}

fs::path checkpoint_file(const fs::path& run, const std::string& which,
                         const recipe::Recipe& recipe) {
  const auto folder = run / "checkpoints";
  if (which == "best") {
    if (const auto best = best_checkpoint(folder, recipe.checkpoint.best))
      return weights_of(*best, recipe);
    throw Error(Code::usage, {.file = run.string()},
                "no best checkpoint was kept; train with checkpoint.best = \"validation_loss\"");
  }
  const auto all = list_checkpoints(folder);
  if (all.empty()) throw Error(Code::usage, {.file = run.string()}, "no checkpoint found");
  return weights_of(all.back(), recipe);
}

}  // namespace

fs::path weights_file(const fs::path& run, std::string& weights, const recipe::Recipe& recipe) {
  if (weights == "best" || weights == "last") return checkpoint_file(run, weights, recipe);
  fs::path raw = run / "model.safetensors";
  if (!fs::exists(raw))
    throw Error(Code::usage, {.file = run.string()},
                fmt::format("no finished run (looked for {}); train it to the end first, or use "
                            "the weights of its last checkpoint (--weights last)",
                            raw.filename().string()));
  const auto names = averaging_names(recipe);
  if (weights.empty())
    weights =
        !names.empty() && recipe.evaluation.weights != recipe::Weights::raw ? "averaged" : "raw";
  if (weights == "raw") return raw;
  if (names.empty())
    throw Error(Code::usage, {.file = run.string()}, "the run has no averaged weights; use raw");
  if (weights == names.front()) weights = "averaged";
  const auto& name = weights == "averaged" ? names.front() : weights;
  if (std::ranges::find(names, name) == names.end())
    throw Error(
        Code::usage, {.file = run.string()},
        fmt::format("the run has no weights \"{}\"; expected raw, averaged, {}, best or last",
                    weights, fmt::join(names, ", ")));
  return run / averaged_file(name);
}

}  // namespace temper::train
