#include "temper/report/saved_weights.h"

#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "temper/core/error.h"
#include "temper/io/format/safetensors.h"
#include "temper/recipe/recipe.h"
#include "temper/train/tensors.h"

namespace temper::report {
namespace {

measure::WeightNorms norms_of(const io::Safetensors& file) {
  std::vector<at::Tensor> weights;
  for (const auto& view : file.tensors())
    if (view.shape.size() >= 2) weights.push_back(train::to_tensor(view));
  return measure::weight_norms(weights);
}

/// The counters of the blocks' training passes. Empty where blocks are not skipped per
/// batch, with frozen stages or statistics, which count nothing, and with counters from another
/// run.
std::optional<model::BlockCounters> block_counters(const Run& run) {
  if (!run.start || run.recipe.empty() || run.environment.contains("forked_from")) return {};
  const auto recipe = recipe::parse(run.recipe, "recipe.toml");
  const auto* random = model::random_options(recipe.model);
  if (random == nullptr || recipe.freeze || recipe.pretrained || !random->stochastic_depth ||
      random->stochastic_depth->mode != regularize::Granularity::batch)
    return {};
  const model::Task task{
      .channels = run.start->channels,
      .height = run.start->height,
      .width = run.start->width,
      .classes = std::ssize(run.start->classes.empty() ? run.start->values : run.start->classes)};
  return model::build(recipe.model, task, /*seed=*/0)->block_counters();
}

/// 0 where the file has no such number.
std::int64_t number(const io::Safetensors& file, const std::string& name) {
  const auto* view = file.find(name);
  return view != nullptr && view->dtype == io::Dtype::i64 && view->shape.empty()
             ? train::to_tensor(*view).item<std::int64_t>()
             : 0;
}

std::optional<ExecutedBlocks> executed_blocks(const io::Safetensors& file,
                                              const model::BlockCounters& counters) {
  ExecutedBlocks blocks;
  for (const auto& name : counters.blocks) {
    blocks.executed += number(file, name);
    blocks.passes += number(file, counters.passes);
  }
  if (blocks.passes == 0 || blocks.executed > blocks.passes) return {};
  return blocks;
}

}  // namespace

std::optional<SavedWeights> read_saved_weights(Run& run) {
  const auto counted = run.weights_file();
  const auto raw = run.directory / "model.safetensors";
  if (!std::filesystem::exists(counted) || !std::filesystem::exists(raw)) return {};
  try {
    SavedWeights found{.norms = norms_of(io::Safetensors(counted))};
    if (const auto counters = block_counters(run))
      found.blocks = executed_blocks(io::Safetensors(raw), *counters);
    return found;
  } catch (const Error& error) {
    run.problems.emplace_back(error.what());
    return {};
  }
}

}  // namespace temper::report
