#include "temper/run/company.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "temper/core/error.h"
#include "temper/cost/memory.h"
#include "temper/cost/preflight.h"
#include "temper/distributed/group.h"
#include "temper/evaluate/scores.h"
#include "temper/recipe/trajectory.h"
#include "temper/train/averaged.h"
#include "temper/train/data_parallel.h"

namespace temper::run {

train::Started started(const train::Plan& plan, const train::State& state) {
  return {.name = plan.recipe.name,
          .time = train::utc_now(),
          .fingerprint = plan.fingerprint,
          .step = state.step,
          .steps_per_epoch = plan.horizon.steps_per_epoch,
          .total_steps = plan.horizon.total_steps,
          .epochs = plan.horizon.epochs(),
          .parameters = model::parameter_count(*state.network),
          .multiply_adds = model::multiply_adds(*state.network, plan.task),
          .train_images = plan.train->size(),
          .validation_images = plan.validation ? plan.validation->size() : 0,
          .test_images = plan.test ? plan.test->size() : 0,
          .classes = plan.train->classes(),
          .values = plan.train->value_names(),
          .channels = plan.task.channels,
          .height = plan.task.height,
          .width = plan.task.width,
          .batch = plan.recipe.data.batch,
          .averaging = train::averaging_name(plan.recipe),
          .weights = evaluate::selected_weights(state, plan.recipe)};
}

namespace {

/// The number of steps that two runs have in common.
std::int64_t common_steps(const train::Plan& left, const train::Plan& right) {
  const bool same_data = left.data_digest.names == right.data_digest.names &&
                         left.data_digest.contents == right.data_digest.contents;
  if (!same_data || left.device != right.device) return 0;
  return recipe::Trajectory(left.recipe, left.horizon)
      .common_steps(recipe::Trajectory(right.recipe, right.horizon));
}

/// Null where the companion is left alone.
std::unique_ptr<Member> joined(const train::Plan& plan, train::State& state,
                               const Companion& companion) {
  const auto common = common_steps(plan, *companion.plan);
  const auto until = std::min(common, companion.stop_at.value_or(common));
  if (until <= state.step || finished(companion.directory)) return nullptr;
  try {
    cost::require_sizes(*companion.plan);
    auto member = std::make_unique<Member>(
        companion, state, Track::Part{.until = until, .stopped = until == companion.stop_at});
    if (member->join()) return member;
  } catch (const Error& error) {
    // It is in use, or holds another run, or is damaged: a run of its own says so.
    if (error.code() != Code::usage && error.code() != Code::data) throw;
  }
  return nullptr;
}

/// The memory that is left when the images of a companion's evaluations, which may be larger than
/// the run's own, have theirs.
/// @param memory  that is left by the run alone
std::uint64_t memory_beside(const train::Plan& plan, const train::Plan& companion,
                            std::uint64_t memory) {
  const auto pixels = [](const train::Plan& one) {
    return one.evaluation.size.height * one.evaluation.size.width;
  };
  if (pixels(companion) <= pixels(plan)) return memory;
  return std::min(memory, cost::memory_left(cost::memory_need(companion)));
}

}  // namespace

// Two checkpoints, so that there is one of the step of the run's own checkpoint, which is written
// after it, also while the next one is written.
Member::Member(const Companion& companion, train::State& state, Track::Part part)
    : plan_(*companion.plan),
      state_(state),
      journal_(plan_, companion.directory, /*keep_at_least=*/2),
      part_(part),
      track_(plan_, state, progress_, journal_, part) {}

bool Member::join() {
  {
    const Track::Turn turn(track_);
    if (!journal_.join(state_, progress_, part_.until)) return false;
  }
  return !track_.is_over();
}

void Member::begin(const std::vector<std::string>& command) {
  const Track::Turn turn(track_);
  journal_.begin(state_, progress_, command, {});
  announce(journal_, plan_, state_);
}

std::uint64_t Member::memory() {
  const Track::Turn turn(track_);
  return 2 * cost::state_size(state_);
}

/// What the number of processes makes of a recipe.
static std::vector<std::string> notes_of_ranks(const train::Plan& plan, const train::State& state) {
  const auto& recipe = plan.recipe;
  std::vector<std::string> notes;
  if (plan.batch_per_rank > 0)
    notes.push_back(fmt::format(
        "data.batch_per_rank = {} gives batches of {} images: this run is one with "
        "data.batch_size = {}, which it must be given to go on with another number of processes",
        plan.batch_per_rank, recipe.data.batch, recipe.data.batch));
  if (!plan.group) return notes;
  const auto ranks = plan.group->size();
  const auto fewest = recipe.data.batch / ranks;
  const auto images = plan.own_batch() == fewest ? fmt::format("{}", fewest)
                                                 : fmt::format("{} or {}", fewest, fewest + 1);
  notes.push_back(
      fmt::format("{} processes train together, each on {} images of a batch", ranks, images));
  if (train::statistics_count(*state.network) > 0)
    notes.back() += fmt::format(
        "; BatchNorm layers normalize with the statistics of {}, and the running statistics of all "
        "processes are averaged in every step",
        recipe.sync_bn ? "the whole batch" : "the images of their own process");
  if (recipe.comm_hook == recipe::CommHook::bf16_compress)
    notes.emplace_back(
        "gradients are sent and added up in bf16 (comm_hook = \"bf16_compress\"), which one "
        "process on its own does not do");
  if (recipe.shard_optimizer)
    notes.emplace_back(
        "each process keeps the optimizer's state of a part of the parameters, updates these, and "
        "sends them to the others (shard_optimizer = true)");
  if (recipe.mixing && !recipe.mixing->across_ranks)
    notes.emplace_back(
        "images are mixed with those of their own process (mixing.across_ranks = false): another "
        "number of processes mixes them in another way");
  return notes;
}

void announce(FolderJournal& journal, const train::Plan& plan, const train::State& state) {
  journal.record(started(plan, state));
  if (state.step == state.origin)
    for (const auto* notes : {&plan.data_notes, &plan.pretrained_notes})
      for (const auto& note : *notes) journal.record(train::Warned{note});
  for (const auto& note : notes_of_ranks(plan, state)) journal.record(train::Warned{note});
  for (const auto& note : journal.notes()) journal.record(train::Warned{note});
  for (const auto& image : plan.bad)
    journal.record(
        train::SkippedImage{.step = state.step, .where = image.where, .reason = image.reason});
}

std::vector<std::unique_ptr<Member>> company(const train::Plan& plan, train::State& state,
                                             const std::vector<Companion>& companions,
                                             std::uint64_t memory) {
  std::vector<std::unique_ptr<Member>> members;
  std::uint64_t taken = 0;
  for (const auto& companion : companions) {
    auto member = joined(plan, state, companion);
    if (!member) continue;
    const auto needed = taken + member->memory();
    if (needed > memory_beside(plan, *companion.plan, memory)) continue;
    taken = needed;
    members.push_back(std::move(member));
  }
  return members;
}

}  // namespace temper::run
