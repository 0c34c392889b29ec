#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "duration.h"
#include "progress.h"
#include "temper/core/error.h"
#include "temper/core/stop_flag.h"
#include "temper/io/atomic_file.h"
#include "temper/io/folder.h"
#include "temper/recipe/starter.h"
#include "temper/report/report.h"
#include "temper/train/choose.h"
#include "temper/train/estimate.h"
#include "temper/train/open_data.h"
#include "temper/train/preflight.h"
#include "temper/train/run.h"

namespace temper::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Options {
  std::string source;
  std::vector<std::string> sets;
  std::string out;
  std::optional<std::int64_t> stop_at;
  std::string time_limit;
  std::string fork;
  bool resume = false;
  bool fresh = false;
  bool dry_run = false;
  bool check = false;
  bool as_json = false;
};

StopFlag stop_flag;  // NOLINT: a signal handler reaches nothing else

/// The first signal requests a stop; the second one kills the process, as it does by default. The
/// files on disk are complete at any time.
void stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_flag.set(); };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool is_recipe(const std::string& source) {
  const auto ending = fs::path(source).extension();
  return !fs::is_directory(source) && ending != ".csv" && ending != ".tsv" && ending != ".tar";
}

/// The recipe and data of a run.
struct Work {
  recipe::Recipe recipe;
  data::Dataset data;
};

Work open(recipe::Recipe recipe) {
  auto data = train::open_data(recipe);
  return {std::move(recipe), std::move(data)};
}

/// The run directory: --out, or runs/<name>.
fs::path asked_directory(const Options& options, const std::string& name) {
  return options.out.empty() ? fs::path("runs") / name : fs::path(options.out);
}

/// The recipe chosen for data without one is saved beside the run directory, where it can be
/// edited: once it exists, it is used.
fs::path chosen_file(const Options& options) {
  auto path = asked_directory(options, recipe::name_of_source(options.source));
  if (!path.has_filename()) path = path.parent_path();
  path += ".toml";
  return path;
}

/// Chooses a recipe by the data, prints what was chosen and why, and saves it.
Work choose(const Options& options) {
  const auto kept = chosen_file(options);
  if (fs::exists(kept)) {
    auto recipe = recipe::load(kept, options.sets);
    fmt::print(stderr,
               "{}: using the recipe that was chosen before; remove it to choose a new one\n",
               kept.string());
    return open(std::move(recipe));
  }
  // --set may change how images are read.
  const auto asked = recipe::parse(recipe::starter(options.source), options.source, options.sets);
  auto data = train::open_data(asked);
  const auto found = train::recipe_facts(data, options.source, asked.device);
  const auto choice = recipe::choose(found);
  auto recipe = recipe::parse(choice.recipe, kept.string(), options.sets);
  fmt::print(stderr, "No recipe was given. Chosen for {} training images {}:\n{}",
             grouped(found.images), recipe::targets_text(found.classes, found.values),
             train::to_text(choice));
  if (!options.dry_run && !options.check) {
    if (kept.has_parent_path()) io::make_folder(kept.parent_path());
    io::write_atomically(kept, choice.recipe);
    fmt::print(stderr, "Saved as {}; edit it there.\n", kept.string());
  }
  return {std::move(recipe), std::move(data)};
}

/// Without a source, the recipe is the one that `temper recipe new` writes for Fashion-MNIST.
Work begin(const Options& options) {
  if (options.source.empty())
    return open(
        recipe::parse(recipe::starter("fashion-mnist"), "the default recipe", options.sets));
  if (!is_recipe(options.source)) return choose(options);
  return open(recipe::load(options.source, options.sets));
}

/// With --fresh the first of <directory>-2, -3, ... that is free; with --fork NAME the directory of
/// that name beside it.
fs::path choose_directory(const Options& options, const fs::path& asked) {
  if (!options.fork.empty()) return asked.parent_path() / options.fork;
  if (options.resume && !fs::exists(asked / "recipe.toml"))
    throw Error(Code::usage,
                fmt::format("{}: no run to resume; omit --resume to start one", asked.string()));
  fs::path free = asked;
  if (options.fresh)
    for (int n = 2; fs::exists(free); ++n) free = fmt::format("{}-{}", asked.string(), n);
  return free;
}

/// The image size that was timed, where training uses another size than evaluation.
std::string about_size(const train::Plan& plan, const train::Estimate& estimate) {
  const auto [height, width] = estimate.size;
  if (estimate.size == plan.evaluation.size) return "";
  return fmt::format(" at {} x {} pixels{}", height, width,
                     plan.training.adapt ? ", the mean image area over the run" : "");
}

int dry_run(const train::Plan& plan, bool as_json) {
  const auto e = train::estimate(plan);
  if (as_json) {
    fmt::print("{}\n", json{{"parameters", e.parameters},
                            {"multiply_adds", e.multiply_adds},
                            {"height", e.size.height},
                            {"width", e.size.width},
                            {"images_per_second", e.images_per_second},
                            {"step_images_per_second", e.step_images_per_second},
                            {"seconds", e.seconds},
                            {"memory", e.memory},
                            {"memory_available", e.memory_available},
                            {"steps_tried", e.steps_tried}}
                           .dump(2));
    return 0;
  }
  constexpr double kMiB = 1024.0 * 1024.0;
  fmt::print("parameters      {}\n", grouped(e.parameters));
  fmt::print("multiply-adds   {} per image, forward pass\n", grouped(e.multiply_adds));
  fmt::print("memory          about {:.0f} MiB at its peak; {:.0f} MiB available\n",
             static_cast<double>(e.memory) / kMiB, static_cast<double>(e.memory_available) / kMiB);
  fmt::print("throughput      {:.0f} images/s ({:.0f} without loading), over {} steps{}\n",
             e.images_per_second, e.step_images_per_second, e.steps_tried, about_size(plan, e));
  fmt::print("training time   {} for {} steps, {} in an epoch, evaluation included\n",
             clock_text(e.seconds), grouped(plan.horizon.total_steps),
             grouped(plan.horizon.steps_per_epoch));
  fmt::print("Dry run: nothing was written.\n");
  return 0;
}

int check(const train::Plan& plan, bool as_json) {
  train::prepare_thread(plan);
  const auto r = train::overfit_one_batch(plan);
  const bool valued = plan.is_regression();
  const auto* measure = valued ? "r2" : "accuracy";
  if (as_json)
    fmt::print("{}\n", json{{"passed", r.passed()},
                            {"first_loss", r.first_loss},
                            {"last_loss", r.last_loss},
                            {measure, r.accuracy},
                            {"steps", r.steps}}
                           .dump(2));
  else
    fmt::print("one batch, {} steps: loss {:.4f} -> {:.4f}, {}: {}\n", r.steps, r.first_loss,
               r.last_loss,
               valued ? fmt::format("R2 {:.4f}", r.accuracy)
                      : fmt::format("accuracy {:.1f}%", 100 * r.accuracy),
               r.passed() ? "the network can overfit one batch, as it should"
                          : "the network cannot overfit one batch; check labels, normalization "
                            "and options");
  return r.passed() ? 0 : static_cast<int>(Code::data);
}

void print_report(const report::WrittenReport& report, bool as_json) {
  if (as_json)
    fmt::print("{}\n", report::to_json(report.summary).dump(2));
  else
    fmt::print("{}\nreport  {}\n", report::to_text(report.summary), report.path.string());
}

int train_command(const Options& options, const std::vector<std::string>& command) {
  stop_on_signals();
  const auto time_limit = options.time_limit.empty()
                              ? std::optional<double>()
                              : std::optional(parse_duration(options.time_limit));
  const auto [recipe, data] = begin(options);
  const auto plan = train::plan(recipe, data);
  if (!plan.note.empty()) fmt::print(stderr, "note: {}\n", plan.note);
  if (options.dry_run) return dry_run(plan, options.as_json);
  if (options.check) return check(plan, options.as_json);

  const auto asked = asked_directory(options, recipe.name);
  const auto directory = choose_directory(options, asked);
  Progress progress;
  const train::RunOptions run{.directory = directory,
                              .command = command,
                              .stop_at = options.stop_at,
                              .time_limit = time_limit,
                              .stop = &stop_flag,
                              .fork_from = options.fork.empty() ? fs::path() : asked,
                              .observers = {&progress}};
  for (const auto& hint : recipe::lint(recipe, plan.horizon))
    fmt::print(stderr, "note: {}\n", hint);
  const bool was_finished = train::finished(directory);
  const auto outcome = train::run(plan, run);
  if (!outcome.finished)
    throw Error(
        Code::stopped,
        fmt::format("stopped at step {} of {} and saved; the same command resumes from there",
                    outcome.step, plan.horizon.total_steps));
  if (was_finished) fmt::print(stderr, "This run is already finished; --fresh starts a new one.\n");
  print_report(report::write_report(directory), options.as_json);
  return 0;
}

}  // namespace

void add_train(const Command& app, const std::vector<std::string>& command_line) {
  const auto command =
      app.command("train", "Train a network, from a recipe or on a folder of images");
  auto options = std::make_shared<Options>();
  command.option("source", options->source,
                 "a recipe (.toml), or data (a folder with one folder of images per class, a CSV "
                 "manifest, shards), for which a recipe is chosen; default: Fashion-MNIST");
  command
      .option("--set", options->sets,
              "override an option, for example optimizer.lr=0.1; may be repeated")
      .called("KEY=VALUE")
      .one_at_a_time();
  command.option("--out", options->out, "the run directory (default: runs/<name of the recipe>)")
      .called("DIR");
  command
      .option("--stop-at", options->stop_at,
              "save and stop after this step; the same command resumes")
      .called("STEP")
      .positive();
  command
      .option("--time-limit", options->time_limit,
              "save and stop after this time, for example 45m or 2h30m; the same command resumes")
      .called("TIME");
  auto resume = command.flag("--resume", options->resume,
                             "resume the run in the directory; fail if there is none");
  const auto fresh = command.flag("--fresh", options->fresh,
                                  "never resume an earlier run: use the next free directory");
  command
      .option(
          "--fork", options->fork,
          "start a run of this name from the last checkpoint of the existing one, with a recipe "
          "that may differ")
      .called("NAME")
      .excludes(resume)
      .excludes(fresh);
  resume.excludes(fresh);
  command.flag("--dry-run", options->dry_run,
               "estimate time and memory from a few steps, without training");
  command.flag("--check", options->check,
               "overfit one batch on purpose, to find errors in data and options");
  command.flag("--json", options->as_json, "print the result as JSON");
  command.footer(
      "Examples:\n"
      "  temper train recipes/fashion-mnist.toml\n"
      "  temper train pictures/ --set epochs=20 --set optimizer.lr=0.05\n"
      "  temper train recipes/cifar10.toml --dry-run\n"
      "  temper train mine.toml --time-limit 2h30m\n"
      "  temper train mine.toml --set optimizer.lr=0.01 --fork lower-rate\n\n"
      "A run that was stopped (Ctrl-C, SIGTERM, --stop-at, --time-limit) or killed resumes when "
      "the "
      "same command\nis given again, and ends with the same weights as if it had never stopped.");
  command.run([options, command_line] {
    if (const int status = train_command(*options, command_line); status != 0) end_with(status);
  });
}

}  // namespace temper::cli
