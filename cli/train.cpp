#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "progress.h"
#include "ranks.h"
#include "scaling.h"
#include "signals.h"
#include "temper/core/duration.h"
#include "temper/core/error.h"
#include "temper/core/version.h"
#include "temper/data/sources/unreadable_image.h"
#include "temper/distributed/group.h"
#include "temper/io/format/json_text.h"
#include "temper/recipe/lint.h"
#include "temper/report/preflight_text.h"
#include "temper/report/report.h"
#include "temper/run/run.h"
#include "temper/train/choose.h"
#include "temper/train/harm.h"
#include "temper/train/installed_weights.h"
#include "temper/train/request.h"
#include "weights.h"

namespace temper::cli {
namespace {

using nlohmann::json;

struct Options {
  std::string source;
  std::vector<std::string> sets;
  std::string out;
  std::string weights;
  std::optional<std::int64_t> stop_at;
  std::string time_limit;
  std::string rank_timeout = "1m";
  std::string fork;
  bool resume = false;
  bool fresh = false;
  bool dry_run = false;
  bool check = false;
  bool as_json = false;
  ScalingOptions scaling;
};

/// @param leads  this process writes the run's files
train::RunRequest request_of(const Options& options, bool leads) {
  return {.source = options.source,
          .sets = options.sets,
          .weights = train::starting_weights(options.weights),
          .out = options.out,
          .existing = options.resume  ? train::ExistingRun::require
                      : options.fresh ? train::ExistingRun::avoid
                                      : train::ExistingRun::resume,
          .fork = options.fork,
          .save_choice = leads && !options.dry_run && !options.check};
}

int dry_run(const Options& options, const train::Plan& plan, const recipe::Recipe& recipe) {
  if (options.scaling.ranks) {
    print_scaling(options.scaling, plan, recipe, options.as_json);
    return 0;
  }
  const auto e = cost::estimate(plan);
  if (options.as_json) {
    print_text("{}\n", json{{"parameters", e.parameters},
                            {"multiply_adds", e.multiply_adds},
                            {"height", e.size.height},
                            {"width", e.size.width},
                            {"images_per_second", e.images_per_second},
                            {"step_images_per_second", e.step_images_per_second},
                            {"seconds", e.seconds},
                            {"test_views", e.views},
                            {"memory", e.memory},
                            {"memory_available", e.memory_available},
                            {"steps_tried", e.steps_tried}}
                           .dump(2));
    return 0;
  }
  print_text("{}Dry run: nothing was written.\n", report::to_text(e, plan));
  return 0;
}

int check(const train::Plan& plan, bool as_json) {
  train::prepare_thread(plan);
  const auto r = cost::overfit_one_batch(plan);
  const bool valued = plan.is_regression();
  const auto* measure = valued ? "r2" : "accuracy";
  if (as_json)
    print_text("{}\n", json{{"passed", r.passed()},
                            {"first_loss", r.first_loss},
                            {"last_loss", r.last_loss},
                            {measure, r.accuracy},
                            {"steps", r.steps}}
                           .dump(2));
  else
    print_text("{}\n", report::to_text(r, valued));
  return r.passed() ? 0 : static_cast<int>(Code::data);
}

void print_report(const report::WrittenReport& report, bool as_json) {
  if (as_json)
    print_text("{}\n", io::json_text(report::to_json(report.summary), 2));
  else
    print_text("{}\nreport  {}\n", report::to_text(report.summary), report.path.string());
}

/// @param chosen  the recipe as it was read
void print_hints(const train::Plan& plan, const recipe::Recipe& chosen) {
  if (!plan.note.empty()) print_text(stderr, "note: {}\n", plan.note);
  auto recipe = chosen;
  recipe.data.batch = plan.recipe.data.batch;  // of all processes
  recipe::LintSubject subject(recipe, plan.horizon);
  subject.has_validation = plan.validation != nullptr;
  for (const auto& hint : recipe::lint(subject)) print_text(stderr, "note: {}\n", hint);
  for (const auto& warning : train::augmentation_warnings(plan, train::some_kinds(*plan.train)))
    print_text(stderr, "warning: {}\n", warning);
}

std::string stopped_text(const run::Outcome& outcome, const train::Plan& plan) {
  return outcome.step == 0
             ? "stopped before the first step; the same command begins again"
             : fmt::format(
                   "stopped at step {} of {} and saved; the same command resumes from there",
                   outcome.step, plan.horizon.total_steps);
}

/// The recipe and data of a run. Rank 0 saves a choice, which the others may find.
train::ChosenRecipe choose(const train::RunRequest& request, distributed::Group* group) {
  if (group == nullptr) return train::choose_recipe(request);
  if (!group->leads()) group->barrier();
  auto chosen = train::choose_recipe(request);
  if (group->leads()) group->barrier();
  return chosen;
}

/// A rank other than 0: it writes and prints nothing.
int follow(const Options& options, const StopFlag& stop, std::optional<double> time_limit,
           const std::shared_ptr<distributed::Group>& group) {
  const auto chosen = choose(request_of(options, /*leads=*/false), group.get());
  const auto plan = train::plan(chosen.recipe, chosen.data, group);
  const auto outcome = run::run(
      plan, {.directory = {}, .stop_at = options.stop_at, .time_limit = time_limit, .stop = &stop});
  group->close();
  if (!outcome.finished) throw Error(Code::stopped, stopped_text(outcome, plan));
  return 0;
}

/// @param group  the processes that train together, of which this one is rank 0; null: it is alone
int train_here(const Options& options, const std::vector<std::string>& command,
               const StopFlag& stop, std::optional<double> time_limit,
               const std::shared_ptr<distributed::Group>& group) {
  const auto request = request_of(options, /*leads=*/true);
  auto chosen = choose(request, group.get());
  print_text(stderr, "{}", chosen.note);
  // The estimate is of the batch that these processes would have.
  if (options.scaling.ranks) recipe::resolve_batch(chosen.recipe, *options.scaling.ranks);
  const auto plan = train::plan(chosen.recipe, chosen.data, group);
  print_hints(plan, chosen.recipe);
  if (options.dry_run || options.check) tell_pretrained(plan);
  if (options.dry_run) return dry_run(options, plan, chosen.recipe);
  if (options.check) return check(plan, options.as_json);

  const auto [directory, fork_from] = train::run_directories(request, chosen.recipe.name);
  Progress progress;
  const run::RunOptions run{.directory = directory,
                            .command = command,
                            .stop_at = options.stop_at,
                            .time_limit = time_limit,
                            .stop = &stop,
                            .fork_from = fork_from,
                            .observers = {&progress}};
  const bool was_finished = run::finished(directory);
  const auto outcome = run::run(plan, run);
  if (group) group->close();
  if (!outcome.finished) throw Error(Code::stopped, stopped_text(outcome, plan));
  if (was_finished)
    print_text(stderr,
               "{}: this run is already finished, and nothing was trained; --fresh starts a new "
               "one, and --fork NAME with a larger number of epochs one that goes on from its "
               "weights\n",
               directory.string());
  print_report(report::write_report(directory), options.as_json);
  return 0;
}

/// Seconds. @param option  that has the text
double seconds_of(const std::string& option, const std::string& text) {
  try {
    return parse_duration(text);
  } catch (const Error& error) {
    throw Error(error.code(), {.option = option}, fmt::format("{}: {}", option, error.message()));
  }
}

std::chrono::milliseconds rank_timeout_of(const Options& options) {
  const std::string option = "--rank-timeout";
  const auto seconds = std::chrono::duration<double>(seconds_of(option, options.rank_timeout));
  if (seconds < std::chrono::seconds(1))
    throw Error(Code::usage, {.option = option},
                fmt::format("{} is {}; expected at least 1s: a process gives a sign of life five "
                            "times a second",
                            option, options.rank_timeout));
  return std::chrono::duration_cast<std::chrono::milliseconds>(seconds);
}

int train_in_ranks(const Options& options, const std::vector<std::string>& command,
                   const StopFlag& stop, std::optional<double> time_limit,
                   const std::shared_ptr<distributed::Group>& group) try {
  return group && !group->leads() ? follow(options, stop, time_limit, group)
                                  : train_here(options, command, stop, time_limit, group);
} catch (const data::UnreadableImage& error) {
  throw error.with_advice(data::kSkipBadImages);
}

int train_command(const Options& options, const std::vector<std::string>& command) {
  check_scaling(options.scaling, options.dry_run);
  const auto& stop = stop_on_signals();
  const auto time_limit = options.time_limit.empty()
                              ? std::optional<double>()
                              : std::optional(seconds_of("--time-limit", options.time_limit));
  const auto rank_timeout = rank_timeout_of(options);
  auto ranks = distributed::ranks_of(distributed::process_environment());
  if (options.dry_run || options.check) {
    if (ranks && ranks->rank > 0) return 0;  // rank 0 does it alone
    ranks.reset();
  }
  if (!ranks) return train_in_ranks(options, command, stop, time_limit, nullptr);
  const distributed::GroupOptions group_options{
      .rank_timeout = rank_timeout,
      .version = fmt::format("{} ({})", kVersion, kCommit),
      .stop = &stop};
  return as_rank([&] { return std::make_shared<distributed::Group>(*ranks, group_options); },
                 [&](const std::shared_ptr<distributed::Group>& group) {
                   return train_in_ranks(options, command, stop, time_limit, group);
                 });
}

}  // namespace

void add_train(const Command& app, const std::vector<std::string>& command_line) {
  const auto command =
      app.command("train", "Train a network, from a recipe or on a folder of images");
  auto options = std::make_shared<Options>();
  command.option("source", options->source,
                 "a recipe (.toml), or data (a folder with one folder of images per class, a CSV "
                 "table, shards, or fashion-mnist, the default), for which a recipe is chosen");
  command.edits(options->sets);
  command.option("--out", options->out, "the run directory (default: runs/<name of the recipe>)")
      .called("DIR");
  add_starting_weights(command, options->weights);
  command
      .option("--stop-at", options->stop_at,
              "save and stop after this step; the same command resumes")
      .called("STEP")
      .positive();
  command
      .option("--time-limit", options->time_limit,
              "save and stop after this time, for example 45m or 2h30m; the same command resumes")
      .called("TIME");
  command
      .option(
          "--rank-timeout", options->rank_timeout,
          "with several processes: end when one of them has given no sign of life for this time "
          "(default: 1m)")
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
  const auto dry_run = command.flag("--dry-run", options->dry_run,
                                    "estimate time and memory from a few steps, without training");
  add_scaling(command, options->scaling);
  command
      .flag("--check", options->check,
            "overfit one batch on purpose, to find errors in data and options")
      .excludes(dry_run);
  command.flag("--json", options->as_json, "print the result as JSON");
  command.footer(
      "Examples:\n"
      "  temper train recipes/fashion-mnist.toml\n"
      "  temper train pictures/ --set epochs=20 --set optimizer.lr=0.05\n"
      "  temper train pictures/ --weights weights/resnet50\n"
      "  temper train recipes/cifar10.toml --dry-run\n"
      "  temper train recipes/cifar10.toml --dry-run --ranks 8 --bandwidth 25G\n"
      "  temper train mine.toml --time-limit 2h30m\n"
      "  temper train mine.toml --set optimizer.lr=0.01 --fork lower-rate\n"
      "  torchrun --no-python --nproc-per-node 4 temper train mine.toml\n\n"
      "A run that was stopped (Ctrl-C, SIGTERM, --stop-at, --time-limit) or killed resumes when "
      "the "
      "same command\nis given again, and ends with the same weights as if it had never stopped.");
  command.run([options, command_line] {
    if (const int status = train_command(*options, command_line); status != 0) end_with(status);
  });
}

}  // namespace temper::cli
