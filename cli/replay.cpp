#include "temper/run/replay.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"
#include "output.h"
#include "progress.h"
#include "temper/io/format/json_text.h"
#include "temper/report/replay_text.h"
#include "temper/run/require_run.h"
#include "temper/train/open_data.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  std::int64_t step = 0;
  bool as_json = false;
};

void replay_command(const Options& options) {
  run::require_run(options.run);
  const auto plan = train::open_run_plan(options.run);
  Progress progress;
  const auto replay = run::replay(plan, options.run, options.step, {&progress});
  const auto folder = run::write_replay(replay, plan, options.run);
  if (options.as_json) {
    print_text("{}\n", io::json_text(run::to_json(replay, plan), 2));
    return;
  }
  print_text(stderr, "{}", report::replay_warning(replay, plan, options.run));
  print_text("{}images       {}\ndetails      {}\n", report::to_text(replay, plan),
             (folder / "batch.png").string(), (folder / "samples.json").string());
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
