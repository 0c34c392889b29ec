#include "temper/train/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"
#include "progress.h"
#include "temper/io/read_file.h"
#include "temper/train/diff.h"
#include "temper/train/environment.h"
#include "temper/train/loss_log.h"
#include "temper/train/open_data.h"
#include "temper/train/values.h"

namespace temper::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string run;
  std::int64_t step = 0;
  bool as_json = false;
};

/// Why a replay may give other bits than the run.
void print_circumstances(const train::Plan& plan, const fs::path& run) {
  const auto path = run / "environment.json";
  if (!fs::exists(path)) return;
  const auto then = nlohmann::json::parse(io::read_text(path), nullptr, false);
  if (!then.is_object()) return;
  for (const auto& one : train::differing_circumstances(then, train::environment(plan, {})))
    fmt::print(stderr, "  {}: {} in the run, {} now\n", one.name, one.left, one.right);
}

void print_check(const train::Replay& replay, const train::Plan& plan, const fs::path& run) {
  const auto& check = replay.check;
  if (check.first_difference) {
    fmt::print(stderr,
               "warning: not what the run computed: the log has loss {} at step {}, the replay "
               "{}\n",
               check.logged, *check.first_difference, check.replayed);
    print_circumstances(plan, run);
  } else if (check.lines > 0) {
    fmt::print("the log      {} {} of metrics.jsonl about these steps: the same bits\n",
               check.lines, check.lines == 1 ? "line" : "lines");
  } else {
    fmt::print("the log      no line of metrics.jsonl is about these steps alone\n");
  }
}

void print_worst(const train::Replay& replay, const train::Plan& plan) {
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(kShown, replay.samples.size()); ++i) {
    const auto& sample = replay.samples[i];
    fmt::print("{:<13}{:.4f}  {}  {}\n", i == 0 ? "worst images" : "", sample.loss,
               train::truth_text(*plan.train, sample.id, plan.scale), sample.where);
  }
}

void print(const train::Replay& replay, const train::Plan& plan, const fs::path& run,
           const fs::path& folder) {
  fmt::print("step         {} of {}: epoch {}, batch {}\n", replay.step, plan.horizon.total_steps,
             replay.epoch, replay.batch);
  fmt::print("begun        at {}; {} steps made again before it\n",
             replay.from > 0 ? fmt::format("the checkpoint of step {}", replay.from)
                             : "the initial weights",
             replay.redone());
  fmt::print("loss         {} at learning rate {}\n", replay.loss, replay.lr);
  print_check(replay, plan, run);
  print_worst(replay, plan);
  fmt::print("pictures     {}\nall of it    {}\n", (folder / "batch.png").string(),
             (folder / "samples.json").string());
}

void replay_command(const Options& options) {
  const fs::path run = options.run;
  (void)train::read_log(run);  // no run at all: said before anything else is looked for
  const auto recipe = recipe::load(run / "recipe.toml");
  const auto plan = train::plan(recipe, train::open_data(recipe));
  Progress progress;
  const auto replay = train::replay(plan, run, options.step, {&progress});
  const auto folder = train::write_replay(replay, plan, run);
  if (options.as_json)
    fmt::print("{}\n", train::to_json(replay, plan)
                           .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  else
    print(replay, plan, run, folder);
}

}  // namespace

void add_replay(const Command& app) {
  const auto command = app.command("replay", "Make one step of a run again and look into it");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, "the run directory, finished or not").required();
  command.option("--step", options->step, "the step that takes the run from STEP-1 to STEP")
      .called("STEP")
      .required();
  command.flag("--json", options->as_json, "print what samples.json holds");
  command.footer(
      "Goes on from the last checkpoint before the step, so at most as many steps as lie between "
      "two\ncheckpoints are made again where old ones are kept (checkpoint.every_steps, "
      "checkpoint.keep).\nWrites batch.png (the images as the network saw them, the worst first) "
      "and "
      "samples.json (each\nimage's file, random draws, augmentation and loss; norms of every "
      "parameter) to\nRUN/replay/step-<8 digits>/; the run itself stays as it is.\n\n"
      "Example:\n  temper replay runs/fashion-mnist --step 1200");
  command.run([options] { replay_command(*options); });
}

}  // namespace temper::cli
