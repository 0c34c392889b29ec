#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/evaluate/assess.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"
#include "temper/report/assessment_text.h"
#include "temper/train/open_data.h"
#include "temper/train/saved_model.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  std::string split = "test";
  std::string weights;
  std::string temperature = "none";
  std::int64_t top = 5;
  std::int64_t sensitivity = 0;
  bool no_gap = false;
  bool per_class = false;
  bool as_json = false;
};

evaluate::TemperatureFrom temperature_from(const std::string& name) {
  if (name == "fit") return evaluate::TemperatureFrom::fit;
  return name == "saved" ? evaluate::TemperatureFrom::saved : evaluate::TemperatureFrom::none;
}

void evaluate(const Options& options) {
  auto model = train::load_model(options.run, options.weights);
  if (options.per_class) train::require_classes(model, "--per-class");
  const auto plan = train::open_run_plan(options.run, model.transform);
  const auto assessment = evaluate::assess(options.run, model, plan,
                                           {.split = options.split,
                                            .temperature = temperature_from(options.temperature),
                                            .figures = {.k = options.top},
                                            .gap = !options.no_gap,
                                            .sensitivity = options.sensitivity});
  if (!options.as_json) {
    print_text("{}", report::to_text(assessment, options.per_class));
    return;
  }
  auto object = io::json_of(assessment);
  object["run"] = options.run;
  print_text("{}\n", io::json_text(object, 2));
}

}  // namespace

void add_eval(const Command& app) {
  const auto command = app.command("eval", "Evaluate a finished run on its data");
  auto options = std::make_shared<Options>();
  command.option("run", options->run, "the run directory").required();
  command.option("--split", options->split, "data split to evaluate")
      .one_of({"test", "validation", "train"})
      .with_default();
  command.option(
      "--weights", options->weights,
      "weights of the finished run (raw, averaged, or the name of one of several averages, such as "
      "ema-2) or of a checkpoint (best, last); default: those the run was tested with");
  command
      .option("--temperature", options->temperature,
              "fit: fit the temperature of these weights on the validation set and save it with "
              "the run, for predict and the report; saved: use the saved one")
      .one_of({"fit", "saved", "none"})
      .with_default();
  command.option("--top", options->top, "k of the top-k accuracy").positive().with_default();
  command
      .option("--sensitivity", options->sensitivity,
              "measure the sensitivity of the predicted probabilities to the pixels on this many "
              "images")
      .called("IMAGES")
      .positive();
  command.flag("--no-gap", options->no_gap,
               "skip the generalization gap, which evaluates the validation set and a training "
               "subset of the same size");
  command.flag("--per-class", options->per_class,
               "print precision and recall of every class (JSON always has them)");
  command.flag("--json", options->as_json, "print as JSON");
  command.footer(
      "Examples:\n"
      "  temper eval runs/fashion-mnist --split validation\n"
      "  temper eval runs/fashion-mnist --temperature fit\n"
      "  temper eval runs/fashion-mnist --per-class --sensitivity 200");
  command.run([options] { evaluate(*options); });
}

}  // namespace temper::cli
