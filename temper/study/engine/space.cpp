#include "temper/study/engine/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/model/architecture.h"
#include "temper/train/checkpoint.h"

namespace temper::study {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t kLogLine = 300;      ///< bytes of a step in the logs
constexpr std::uint64_t kResult = 64 << 10;  ///< row, curve and correctness of a trial

/// The options that sizes of files depend on.
std::string key_of(const recipe::Recipe& recipe) {
  constexpr std::array<std::string_view, 16> names{
      "model",     "optimizer.kind", "optimizer.momentum",
      "averaging", "lookahead",      "early_stopping",
      "sam",       "checkpoint",     "epochs",
      "steps",     "data.batch",     "data.limit",
      "log",       "data.labels",    "semi",
      "guard.nan"};
  std::string key;
  for (const auto& fact : recipe::facts(recipe))
    if (std::ranges::any_of(names, [&](auto name) { return fact.path.starts_with(name); }))
      key += fact.path + "=" + fact.value + "\n";
  return key;
}

/// Bytes of the tensors in a checkpoint, and of the weights alone.
struct StateSize {
  std::uint64_t checkpoint = 0;
  std::uint64_t weights = 0;
};

StateSize size_of(const recipe::Recipe& recipe, const model::Task& task,
                  const schedule::Horizon& horizon) {
  const auto state = train::start(
      recipe, model::build(recipe.model, task, static_cast<std::uint64_t>(recipe.seed)), horizon);
  StateSize size;
  for (const auto& part : train::snapshot(state, {}).parts)
    for (const auto& [name, tensor] : part.tensors) size.checkpoint += tensor.nbytes();
  for (const auto& [name, tensor] : train::weights(*state.network)) size.weights += tensor.nbytes();
  if (recipe.semi && semi::teacher_of(recipe.semi->method) != nullptr)
    size.checkpoint += size.weights;
  return size;
}

TrialSpace estimate(const recipe::Recipe& recipe, const DataFacts& data) {
  const auto horizon = recipe::horizon_of(recipe, steps_per_epoch(recipe, data));
  const auto size = size_of(recipe, task_of(recipe, data), horizon);
  // While a checkpoint is written, those that it supersedes are still there; the best one stays
  // besides, and for rollbacks the anchor of each.
  const auto kept = static_cast<std::uint64_t>(recipe.checkpoint.keep);
  const auto anchors = recipe.guard.nan == recipe::OnNan::rollback ? kept : 0;
  const auto checkpoints = kept + anchors + 2;
  const auto lines = static_cast<std::uint64_t>(horizon.total_steps / recipe.log.every_steps);
  return {.running = checkpoints * size.checkpoint + size.weights * (1 + recipe.averaging.size()) +
                     lines * kLogLine + kMebibyte,
          .result = kResult};
}

}  // namespace

TrialSpace SpaceEstimate::of(const Trial& trial) {
  const auto [place, is_new] = known_.try_emplace(key_of(trial.recipe));
  if (is_new) place->second = estimate(trial.recipe, fingerprints_.data_of(trial.recipe));
  auto space = place->second;
  space.running *= 1 + trial.before.size();
  return space;
}

std::uint64_t space_needed(std::span<const TrialSpace> trials, const std::vector<bool>& kept,
                           std::int64_t jobs) {
  std::uint64_t needed = 0;
  std::vector<std::uint64_t> passing;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    needed += trials[i].result;
    if (kept[i])
      needed += trials[i].running;
    else
      passing.push_back(trials[i].running);
  }
  std::ranges::sort(passing, std::greater<>());
  passing.resize(std::min(passing.size(), static_cast<std::size_t>(jobs)));
  for (const auto bytes : passing) needed += bytes;
  return needed;
}

void require_space(const std::filesystem::path& folder, std::uint64_t needed,
                   std::uint64_t available) {
  if (needed <= available) return;
  const auto mebibytes = [](std::uint64_t bytes) { return (bytes + kMebibyte - 1) / kMebibyte; };
  throw Error(Code::io, {.file = folder.string()},
              fmt::format("the trials need up to {} MiB, and the disk has {} MiB left; free some "
                          "space, use a folder on another disk, run fewer trials at a time, or "
                          "lower checkpoint.keep",
                          mebibytes(needed), mebibytes(available)));
}

}  // namespace temper::study
