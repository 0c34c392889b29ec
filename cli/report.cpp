#include "temper/report/report.h"

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/io/format/json_text.h"
#include "temper/run/require_run.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  std::vector<std::string> clusters;
  std::int64_t sensitivity = 0;
  bool cam = false;
  bool as_json = false;
};

void write(const Options& options) {
  run::require_run(options.run);
  const auto report = report::write_report(
      options.run,
      {.clusters = options.clusters, .sensitivity = options.sensitivity, .maps = options.cam});
  if (!options.as_json) {
    print_text("{}\nreport  {}\n", report::to_text(report.summary), report.path.string());
    return;
  }
  auto json = report::to_json(report.summary);
  json.update(report::to_json(report.inspection));
  print_text("{}\n", io::json_text(json, 2));
}

}  // namespace

void add_report(const Command& app) {
  const auto command = app.command("report", "Write report.html from the files of a run directory");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, "the run directory, finished or not").required();
  command
      .option("--clusters", options->clusters,
              "show the clusters of three classes in the penultimate activations")
      .called("A,B,C")
      .separated_by(',')
      .one_at_a_time();
  command
      .option("--sensitivity", options->sensitivity,
              "measure the sensitivity of the predicted probabilities to the pixels on this many "
              "images")
      .called("IMAGES")
      .positive();
  command.flag("--cam", options->cam,
               "show below each of the most confident mistakes where the evidence for the class "
               "predicted is (Grad-CAM)");
  command.flag("--json", options->as_json, "print the numbers as JSON");
  command.footer(
      "Examples:\n"
      "  temper report runs/fashion-mnist\n"
      "  temper report runs/fashion-mnist --clusters Shirt,Coat,Bag --sensitivity 200 --cam");
  command.run([options] { write(*options); });
}

}  // namespace temper::cli
