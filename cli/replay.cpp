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

/// Prints differences in the environment that may explain a replay that differs from the run.
void print_circumstances(const train::Plan& plan, const fs::path& run) {
  const auto path = run / "environment.json";
  if (!fs::exists(path)) return;
  const auto then = nlohmann::json::parse(io::read_text(path), nullptr, false);
  if (!then.is_object()) return;
  for (const auto& one : train::environment_differences(then, train::environment(plan, {})))
    fmt::print(stderr, "  {}: {} in the run, {} now\n", one.name, one.left, one.right);
}

void print_check(const train::Replay& replay, const train::Plan& plan, const fs::path& run) {
  const auto& check = replay.check;
  if (check.first_difference) {
    fmt::print(stderr,
               "warning: the replay differs from the run: the log has loss {} at step {}, the "
               "replay {}\n",
               check.logged, *check.first_difference, check.replayed);
    print_circumstances(plan, run);
  } else if (check.lines > 0) {
    fmt::print("log          {} {} of metrics.jsonl for these steps: bitwise identical\n",
               check.lines, check.lines == 1 ? "line" : "lines");
  } else {
    fmt::print("log          no line of metrics.jsonl covers only these steps\n");
  }
}

void print_worst(const train::Replay& replay, const train::Plan& plan) {
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < std::min(kShown, replay.samples.size()); ++i) {
    const auto& sample = replay.samples[i];
    fmt::print("{:<13}{:.4f}  {}  {}\n", i == 0 ? "highest loss" : "", sample.loss,
               train::target_text(*plan.train, sample.id, plan.scale), sample.where);
  }
}

void print(const train::Replay& replay, const train::Plan& plan, const fs::path& run,
           const fs::path& folder) {
  fmt::print("step         {} of {}: epoch {}, batch {}\n", replay.step, plan.horizon.total_steps,
             replay.epoch, replay.batch);
  fmt::print(
      "start        {}; {} steps replayed before this one\n",
      replay.from > 0 ? fmt::format("checkpoint of step {}", replay.from) : "initial weights",
      replay.redone());
  fmt::print("loss         {} at learning rate {}\n", replay.loss, replay.lr);
  print_check(replay, plan, run);
  print_worst(replay, plan);
  fmt::print("images       {}\ndetails      {}\n", (folder / "batch.png").string(),
             (folder / "samples.json").string());
}

void replay_command(const Options& options) {
  const fs::path run = options.run;
  (void)train::read_log(run);  // fails first where there is no run at all
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
  const auto command = app.command("replay", "Replay one step of a run and record its details");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, "the run directory, finished or not").required();
  command
      .option("--step", options->step,
              "the step to replay, which takes the run from STEP-1 to STEP")
      .called("STEP")
      .required();
  command.flag("--json", options->as_json, "print the contents of samples.json");
  command.footer(
      "Starts from the last checkpoint before the step, so the number of replayed steps depends on "
      "how\noften checkpoints are saved and how many are kept (checkpoint.every_steps, "
      "checkpoint.keep).\nWrites batch.png (the images as the network saw them, highest loss "
      "first) and samples.json\n(each image's file, random draws, augmentation and loss; norms of "
      "every parameter) to\nRUN/replay/step-<8 digits>/; the run itself is not changed.\n\n"
      "Example:\n  temper replay runs/fashion-mnist --step 1200");
  command.run([options] { replay_command(*options); });
}

}  // namespace temper::cli
