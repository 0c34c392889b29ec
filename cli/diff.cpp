#include "temper/run/diff.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"
#include "output.h"
#include "temper/io/format/json_text.h"
#include "temper/report/differences_text.h"
#include "temper/run/require_run.h"

namespace temper::cli {
namespace {

struct Options {
  std::string left;
  std::string right;
  bool as_json = false;
};

void diff(const Options& options) {
  for (const auto* path : {&options.left, &options.right}) run::require_run(*path);
  const auto differences = run::differences(options.left, options.right);
  if (options.as_json)
    print_text("{}\n", io::json_text(run::to_json(differences), 2));
  else
    print_text("{}", report::to_text(differences));
}

}  // namespace

void add_diff(const Command& app) {
  const auto command = app.command("diff", "Show the differences between two runs");
  auto options = std::make_shared<Options>();
  command.option("left", options->left, "a run directory").called("RUN").required();
  command.option("right", options->right, "another run directory").called("RUN").required();
  command.flag("--json", options->as_json, "print as JSON");
  command.footer(
      "Compares the recipes (options that change results first), versions and machine, data, the "
      "first\nstep at which the losses differ, and the final results. The exit status is 0 in "
      "either case.\n\n"
      "Example:\n  temper diff runs/mine runs/mine-2");
  command.run([options] { diff(*options); });
}

}  // namespace temper::cli
