#include "temper/report/saved_weights.h"

#include <fmt/format.h>

#include <filesystem>
#include <regex>
#include <variant>

#include "temper/core/error.h"
#include "temper/io/safetensors.h"
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

/// Whether blocks are skipped per batch and the batch counter of a block's BatchNorm gives its
/// number of passes: not with frozen stages, which count nothing, nor with counters from another
/// run.
bool counts_blocks(const Run& run) {
  if (run.recipe.empty() || run.environment.contains("forked_from")) return false;
  const auto recipe = recipe::parse(run.recipe, "recipe.toml");
  const auto* network = std::get_if<model::ResNet>(&recipe.model);
  return network != nullptr && !recipe.freeze && network->stochastic_depth &&
         network->stochastic_depth->mode == regularize::Granularity::batch;
}

std::int64_t number(const io::TensorView& view) {
  return view.dtype == io::Dtype::i64 && view.shape.empty()
             ? train::to_tensor(view).item<std::int64_t>()
             : 0;
}

/// BatchNorm counts its batches: the counter of the stem gives all training passes, that of a block
/// the passes in which the block was executed.
std::optional<ExecutedBlocks> blocks_of(const io::Safetensors& file) {
  static const std::regex of_block(R"(layer\d+\.\d+\.bn1\.num_batches_tracked)");
  const auto* stem = file.find("bn1.num_batches_tracked");
  if (stem == nullptr) return {};
  ExecutedBlocks blocks;
  for (const auto& view : file.tensors()) {
    if (!std::regex_match(view.name, of_block)) continue;
    blocks.executed += number(view);
    blocks.passes += number(*stem);
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
    if (counts_blocks(run)) found.blocks = blocks_of(io::Safetensors(raw));
    return found;
  } catch (const Error& error) {
    run.problems.emplace_back(error.what());
    return {};
  }
}

}  // namespace temper::report
