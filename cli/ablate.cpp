#include "temper/study/analysis/ablate.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "output.h"
#include "run_study.h"
#include "share.h"
#include "temper/core/duration.h"
#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/report/study_page.h"
#include "temper/report/study_text.h"

namespace temper::cli {
namespace {

using report::StudyFormat;

struct Options {
  std::string study;
  std::string out = "studies";
  std::int64_t jobs = 1;
  std::string share;
  std::string budget;
  std::vector<std::string> sets;
  std::string format = std::string(name_of(StudyFormat::text));
  bool dry_run = false;
};

study::AblateOptions ablate_options(const Options& options) {
  return {.engine = {.folder = options.out,
                     .jobs = options.jobs,
                     .share = options.share.empty() ? std::nullopt
                                                    : std::optional(share_of(options.share))},
          .budget = options.budget.empty() ? 0 : parse_duration(options.budget)};
}

void ablate_command(const Options& options) {
  require_study(options.study);
  const auto format = study_format(options.format);
  auto run = ablate_options(options);
  const auto study = study::load_study(options.study, options.sets);
  study::Store store(options.out);
  if (options.dry_run) {
    print_plan(study::preview(study, store, run), format);
    return;
  }
  const auto table = run_study(study, store, std::move(run));
  const auto page = std::filesystem::path(options.out) /
                    std::filesystem::path(options.study).stem().concat(".html");
  io::write_atomically(page, report::study_page(table));
  print_text("{}", report::to_text(table, format));
  print_text(stderr, "page  {}\n", page.string());
}

}  // namespace

void add_ablate(const Command& app) {
  const auto command =
      app.command("ablate", "Compare recipes: many seeds, tuned rows, tests, a table and a page");
  auto options = std::make_shared<Options>();
  command.option("study", options->study, "a study file (.toml)").called("STUDY").required();
  command
      .option("--out", options->out,
              "folder of the results, which several studies and processes may share; the page is "
              "written there, too")
      .called("DIR")
      .with_default();
  command.option("--jobs", options->jobs, "number of runs at a time")
      .called("N")
      .positive()
      .with_default();
  command
      .option(
          "--share", options->share,
          "the part of the runs that this process begins with, where several work in one folder; I "
          "counts from 1, as in 2/8")
      .called("I/N");
  command
      .option("--budget", options->budget,
              "plan within this time, for example 45m or 2h; what can't be decided then is said")
      .called("TIME");
  command.study_edits(options->sets);
  add_study_format(command, options->format);
  command.flag("--dry-run", options->dry_run,
               "print what would be run next and its cost, without running anything; with another "
               "format than text, also the tables of the runs that there are");
  command.footer(
      "Examples:\n"
      "  temper ablate recipes/studies/optimizers.toml --dry-run\n"
      "  temper ablate recipes/studies/optimizers.toml --jobs 2\n"
      "  temper ablate mine.toml --set seeds=3 --set base.epochs=2 --out trial\n"
      "  temper ablate mine.toml --format latex >table.tex\n"
      "  srun temper ablate mine.toml --share $SLURM_ARRAY_TASK_ID/8\n\n"
      "A study that was stopped (Ctrl-C, SIGTERM) or killed goes on when the same command is given "
      "again.\nHow to do an ablation that can be trusted: docs/ablate.md.");
  command.run([options] { ablate_command(*options); });
}

}  // namespace temper::cli
