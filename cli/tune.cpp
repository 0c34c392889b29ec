#include "tune.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "share.h"
#include "signals.h"
#include "study_progress.h"
#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/recipe/other_files.h"
#include "temper/report/search.h"
#include "temper/study/engine/trial_folder.h"
#include "temper/tune/run_search.h"
#include "temper/tune/setting.h"

namespace temper::cli {
namespace {

struct Options {
  std::string search;
  std::string out = "studies";
  std::int64_t jobs = 1;
  std::string share;
  std::vector<std::string> sets;
  std::string write;
  bool as_csv = false;
  bool dry_run = false;
  bool done = false;  ///< by a subcommand
};

void print_settings(const tune::Search& search) {
  print_text("{}: {} trials\n", search.name, search.trials);
  for (std::int64_t trial = 0; trial < search.trials; ++trial) {
    std::string text;
    for (const auto& parameter : search.parameters)
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", parameter.option,
                          tune::value_text(search, parameter, trial));
    print_text("{:>5}  {}\n", trial + 1, text);
  }
  print_text(stderr, "Dry run: nothing was run.\n");
}

tune::SearchTable run(const Options& options, const tune::Search& search, study::Store& store) {
  StudyProgress progress;
  const study::EngineOptions engine{
      .folder = options.out,
      .jobs = options.jobs,
      .share = options.share.empty() ? std::nullopt : std::optional(share_of(options.share)),
      .stop = &stop_on_signals(),
      .on_progress = [&](const study::Progress& now) { progress.on_progress(now); }};
  return tune::run_search(search, store, engine);
}

void write_best(const Options& options, const tune::Search& search,
                const tune::SearchTable& table) {
  if (!table.best)
    throw Error(Code::data,
                fmt::format("no trial has a score; nothing was written to {}", options.write));
  const auto& best = table.trials[*table.best];
  io::write_atomically(options.write, recipe::to_toml(tune::recipe_of(search, best.number)));
  print_text(stderr, "recipe  {}: trial {}\n", options.write, best.number + 1);
}

void search_command(const Options& options) {
  if (options.search.empty())
    throw Error(Code::usage,
                "no search file and no subcommand; see 'temper tune --help', for example 'temper "
                "tune lr mine.toml'");
  recipe::refuse_others(
      options.search, recipe::kSearchFile,
      fmt::format("which has `base = \"{0}\"` and the options that are searched "
                  "for, see docs/tune.md. `temper tune lr {0}` searches for a learning rate, "
                  "`temper tune augment {0}` for an augmentation policy",
                  options.search));
  const auto search = tune::load_search(options.search, options.sets);
  if (options.dry_run) {
    print_settings(search);
    return;
  }
  study::Store store(options.out);
  const auto table = run(options, search, store);
  const auto page = std::filesystem::path(options.out) /
                    std::filesystem::path(options.search).stem().concat(".html");
  io::write_atomically(page, report::search_page(table));
  print_text("{}", options.as_csv ? report::search_csv(table) : report::search_text(table));
  print_text(stderr, "page  {}\n", page.string());
  if (table.best) {
    const auto best = study::TrialFolder(options.out, table.trials[*table.best].fingerprint).run();
    if (std::filesystem::exists(best)) print_text(stderr, "best run  {}\n", best.string());
  }
  if (!options.write.empty()) write_best(options, search, table);
}

void add_options(const Command& command, Options& options) {
  command
      .option("search", options.search,
              "a search file (.toml): a base recipe, and options whose values are searched for")
      .called("SEARCH");
  command
      .option("--out", options.out,
              "folder of the results and run directories, which several searches and studies may "
              "share; the page is written there, too")
      .called("DIR")
      .with_default();
  command.option("--jobs", options.jobs, "number of runs at a time")
      .called("N")
      .positive()
      .with_default();
  command
      .option("--share", options.share,
              "the part of the runs that this process begins with, where several work in one "
              "folder; I counts from 1, as in 2/8; method random only")
      .called("I/N");
  command
      .option("--set", options.sets,
              "override a key of the search file, for example trials=50, or an option of its base "
              "recipe, for example base.epochs=2; may be repeated")
      .called("SEARCH-KEY=VALUE")
      .one_at_a_time();
  auto write =
      command.option("--write", options.write, "write the recipe of the best trial to this file");
  write.called("FILE");
  const auto as_csv = command.flag("--csv", options.as_csv, "print every trial and rung as CSV");
  command.flag("--dry-run", options.dry_run, "print the settings that are drawn, and run nothing")
      .excludes(write)
      .excludes(as_csv);
}

}  // namespace

void add_tune(const Command& app) {
  const auto command = app.command(
      "tune", "Search for options on the validation set: learning rate, augmentation, any keys");
  auto options = std::make_shared<Options>();
  add_options(command, *options);
  const TuneCommand runs = [options](const Command& sub, const std::function<void()>& work) {
    sub.run([options, work] {
      if (!options->search.empty())
        throw Error(Code::usage, fmt::format("'{}' is one argument too many", options->search));
      options->done = true;
      work();
    });
  };
  add_tune_lr(command, runs);
  add_tune_augment(command, runs);
  command.footer(
      "Examples:\n"
      "  temper tune lr mine.toml\n"
      "  temper tune augment mine.toml --out augmented.toml\n"
      "  temper tune search.toml --dry-run\n"
      "  temper tune search.toml --jobs 2 --write best.toml\n\n"
      "A search that was stopped (Ctrl-C, SIGTERM) or killed goes on when the same command is "
      "given again.\nThe test set is never scored. Search files, methods and their costs: "
      "docs/tune.md.");
  command.run([options] {
    if (!options->done) search_command(*options);
  });
}

}  // namespace temper::cli
