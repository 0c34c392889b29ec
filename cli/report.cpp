#include "temper/report/report.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  bool as_json = false;
};

void write(const Options& options) {
  const auto path = report::write_report(options.run);
  const auto summary = report::summary(options.run);
  if (options.as_json)
    fmt::print("{}\n", report::to_json(summary).dump(2));
  else
    fmt::print("{}\nreport  {}\n", report::to_text(summary), path.string());
}

}  // namespace

void add_report(CLI::App& app) {
  auto* command =
      app.add_subcommand("report", "Write a run's report.html from what is in its directory");
  auto options = std::make_shared<Options>();
  command->add_option("run", options->run, "the run directory, finished or not")->required();
  command->add_flag("--json", options->as_json, "print the headline numbers as JSON");
  command->footer("Example:\n  temper report runs/fashion-mnist");
  command->callback([options] { write(*options); });
}

}  // namespace temper::cli
