#include <fmt/format.h>

#include <memory>
#include <string>

#include "commands.h"
#include "output.h"
#include "table_format.h"
#include "temper/report/run_list_text.h"

namespace temper::cli {
namespace {

struct Options {
  std::string folder = "runs";
  std::string format = "text";
};

void list(const Options& options) {
  const auto runs = report::list_runs(options.folder);
  print_text("{}", report::to_text(runs, table_format(options.format)));
  for (const auto& problem : runs.problems) print_text(stderr, "warning: {}\n", problem);
}

}  // namespace

void add_runs(const Command& app) {
  const auto command =
      app.command("runs", "List the runs below a folder: state, accuracy, time, size");
  auto options = std::make_shared<Options>();
  command.option("dir", options->folder, "the folder that holds run directories")
      .called("DIR")
      .with_default();
  add_table_format(command, options->format);
  command.footer(
      "A run is finished, running, stopped (the same command resumes it), failed (a step that was "
      "not\nfinite ended it) or damaged (a file is missing or can't be read); the reason is given. "
      "The\naccuracy is that of the test set or, before the test, of the last evaluation, with its "
      "95%\ninterval.\n\n"
      "Examples:\n"
      "  temper runs\n"
      "  temper runs experiments --format csv >runs.csv");
  command.run([options] { list(*options); });
}

}  // namespace temper::cli
