#include "temper/study/definition/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "commands.h"
#include "output.h"
#include "run_study.h"
#include "temper/core/duration.h"
#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/folder.h"
#include "temper/report/attribution.h"
#include "temper/report/study_page.h"

namespace temper::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string from;
  std::string to;
  std::string out = "why";
  std::string by = "auto";
  std::string mode = "auto";
  std::int64_t seeds = 3;
  std::int64_t jobs = 1;
  std::string budget;
  std::string format = "text";
  bool dry_run = false;
};

study::RowsBy rows_by(const std::string& name) {
  constexpr const auto& names = EnumNames<study::RowsBy>::value;
  return static_cast<study::RowsBy>(std::ranges::find(names, name) - names.begin());
}

study::Mode mode_of(const std::string& name, std::size_t rows) {
  constexpr const auto& names = EnumNames<study::Mode>::value;
  const auto* const found = std::ranges::find(names, name);
  return found == names.end() ? study::usual_mode(rows)
                              : static_cast<study::Mode>(found - names.begin());
}

constexpr const char* kBase = "why-base.toml";
constexpr const char* kStudy = "why.toml";

/// Throws Error{Code::usage} where a recipe that is compared would be replaced.
void refuse_to_replace(const Options& options, const fs::path& written) {
  std::error_code none;
  for (const auto& recipe : {options.from, options.to})
    if (fs::equivalent(recipe, written, none))
      throw Error(Code::usage, {.file = recipe},
                  "temper why would write its own file there; choose another folder with --out, or "
                  "rename the recipe");
}

/// Writes the study of the differences and its base recipe. @return the path of the study
fs::path write_study(const Options& options) {
  const auto from = study::recipe_of(options.from), to = study::recipe_of(options.to);
  const auto changes = study::changes(from, to, rows_by(options.by));
  const auto text = study::why_study(changes, {.base_name = options.from,
                                               .other_name = options.to,
                                               .base = kBase,
                                               .mode = mode_of(options.mode, changes.rows.size()),
                                               .seeds = options.seeds});
  for (const auto& note : changes.notes) print_text(stderr, "note: {}\n", note);
  const fs::path folder = options.out;
  io::make_folder(folder);
  auto path = folder / kStudy;
  refuse_to_replace(options, folder / kBase);
  refuse_to_replace(options, path);
  io::write_atomically(folder / kBase, recipe::to_toml(from));
  io::write_atomically(path, text);
  return path;
}

void why(const Options& options) {
  const auto format = study_format(options.format);
  const auto path = write_study(options);
  const auto study = study::load_study(path);
  study::AblateOptions run{.engine = {.folder = options.out, .jobs = options.jobs},
                           .budget = options.budget.empty() ? 0 : parse_duration(options.budget)};
  study::Store store(options.out);
  if (options.dry_run) {
    print_plan(study::preview(study, store, run), format);
    return;
  }
  const auto table = run_study(study, store, std::move(run));
  const auto page = fs::path(options.out) / "why.html";
  io::write_atomically(page, report::study_page(table));
  if (format == report::StudyFormat::text)
    print_text("{}\n", report::to_text(report::attribution(table), table));
  print_text("{}", report::to_text(table, format));
  print_text(stderr, "study  {}\npage  {}\n", path.string(), page.string());
}

void add_options(const Command& command, Options& options) {
  command
      .option(
          "--out", options.out,
          "folder of the study and of its results: why.toml, why-base.toml, why.html and those of "
          "temper ablate")
      .called("DIR")
      .with_default();
  command
      .option("--by", options.by,
              "what is tried by itself: an option, or all differences below one table of the "
              "recipe; auto: options, where there are at most six")
      .called("WHAT")
      .one_of({"auto", "option", "table"})
      .with_default();
  command
      .option("--mode", options.mode,
              "combinations that are trained, see temper explain study; auto: orders for up to "
              "four differences, additive for more")
      .called("MODE")
      .one_of({"auto", "orders", "additive", "leave_one_out", "one_at_a_time"})
      .with_default();
  command.option("--seeds", options.seeds, "number of seeds of every combination, 2 or more")
      .called("N")
      .within(2, 1000)
      .with_default();
  command.option("--jobs", options.jobs, "number of runs at a time")
      .called("N")
      .positive()
      .with_default();
  command.option("--budget", options.budget, "plan within this time, for example 45m or 2h")
      .called("TIME");
  add_study_format(command, options.format);
  command.flag(
      "--dry-run", options.dry_run,
      "write the study and print what would be run and its cost, without running anything");
}

}  // namespace

void add_why(const Command& app) {
  const auto command = app.command(
      "why", "Find out which differences between two recipes the difference in accuracy is due to");
  auto options = std::make_shared<Options>();
  command.option("from", options->from, "a recipe (.toml) or a run directory: the base")
      .called("RECIPE")
      .required();
  command.option("to", options->to, "another one, whose options are tried on the base")
      .called("RECIPE")
      .required();
  add_options(command, *options);
  command.footer(
      "Every combination is trained with several seeds, as temper ablate does it; a command that "
      "was\nstopped or killed goes on when it is given again. The study is a file that can be "
      "edited and run\nwith temper ablate. For runs without new training: temper compare.\n\n"
      "Examples:\n"
      "  temper why plain.toml better.toml --dry-run\n"
      "  temper why runs/plain runs/better --jobs 2\n"
      "  temper why plain.toml better.toml --by table --mode orders --seeds 5");
  command.run([options] { why(*options); });
}

}  // namespace temper::cli
