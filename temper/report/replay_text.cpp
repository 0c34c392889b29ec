#include "temper/report/replay_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/augment/pipeline/trace_text.h"
#include "temper/core/printable.h"
#include "temper/run/diff.h"
#include "temper/train/values.h"

namespace temper::report {
namespace {

std::string about_log(const run::LogCheck& check) {
  if (check.first_difference) return "";
  if (check.lines == 0) return "log          no line of metrics.jsonl covers only these steps\n";
  return fmt::format("log          {} {} of metrics.jsonl for these steps: bitwise identical\n",
                     check.lines, check.lines == 1 ? "line" : "lines");
}

std::string highest_losses(const run::Replay& replay, const train::Plan& plan) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, replay.samples.size()); ++i) {
    const auto& sample = replay.samples[i];
    text += fmt::format("{:<13}{:.4f}  {}  {}\n", i == 0 ? "highest loss" : "", sample.loss,
                        printable(train::target_text(*plan.train, sample.id, plan.scale)),
                        printable(sample.where));
    if (!sample.augment.empty())
      text += fmt::format("{:<13}        {}\n", "", printable(augment::to_text(sample.augment)));
  }
  return text;
}

}  // namespace

std::string to_text(const run::Replay& replay, const train::Plan& plan) {
  return fmt::format(
             "step         {} of {}: epoch {}, batch {}\n"
             "start        {}; {} steps replayed before this one\n"
             "loss         {} at learning rate {}\n",
             replay.step, plan.horizon.total_steps, replay.epoch, replay.batch,
             replay.from > 0 ? fmt::format("checkpoint of step {}", replay.from)
                             : "initial weights",
             replay.redone(), replay.loss, replay.lr) +
         about_log(replay.check) + highest_losses(replay, plan);
}

std::string replay_warning(const run::Replay& replay, const train::Plan& plan,
                           const std::filesystem::path& run) {
  const auto& check = replay.check;
  if (!check.first_difference) return "";
  auto text = fmt::format(
      "warning: the replay differs from the run: the log has loss {} at step {}, the replay {}\n",
      check.logged, *check.first_difference, check.replayed);
  for (const auto& one : run::environment_changes(plan, run))
    text += fmt::format("  {}: {} in the run, {} now\n", one.name, one.left, one.right);
  return text;
}

}  // namespace temper::report
