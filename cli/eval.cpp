#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "attack.h"
#include "commands.h"
#include "output.h"
#include "temper/core/error.h"
#include "temper/evaluate/assess.h"
#include "temper/evaluate/corruptions.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"
#include "temper/report/assessment_text.h"
#include "temper/report/corruption_page.h"
#include "temper/report/corruption_text.h"
#include "temper/run/require_run.h"
#include "temper/train/choose_evaluation.h"
#include "temper/train/open_data.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/saved_model.h"
#include "tta.h"
#include "weights.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  std::string data;
  std::string split = "test";
  std::string weights;
  std::string temperature = "none";
  std::vector<std::string> sets;
  std::string tta;
  std::int64_t top = 5;
  std::int64_t sensitivity = 0;
  bool no_gap = false;
  bool per_class = false;
  bool as_json = false;
  bool corruptions = false;
  std::vector<std::string> kinds;
  std::vector<std::string> severities;
  std::string dialect = "hendrycks";
  std::string constants = "auto";
  std::string frost;
  std::int64_t corruption_seed = 1;
  AttackArguments attack;
};

evaluate::TemperatureFrom temperature_from(const std::string& name) {
  if (name == "fit") return evaluate::TemperatureFrom::fit;
  return name == "saved" ? evaluate::TemperatureFrom::saved : evaluate::TemperatureFrom::none;
}

evaluate::CorruptionOptions corruption_options(const Options& options) {
  evaluate::CorruptionOptions chosen{.split = options.split,
                                     .kinds = evaluate::kinds_of(options.kinds),
                                     .severities = evaluate::severities_of(options.severities),
                                     .seed = options.corruption_seed};
  chosen.corruption.dialect = options.dialect == "hendrycks" ? corrupt::Dialect::hendrycks
                                                             : corrupt::Dialect::imagecorruptions;
  chosen.corruption.constants = options.constants == "imagenet" ? corrupt::ConstantSet::imagenet
                                : options.constants == "cifar"  ? corrupt::ConstantSet::cifar
                                                                : corrupt::ConstantSet::automatic;
  if (!options.frost.empty())
    chosen.corruption.frost =
        std::make_shared<const corrupt::FrostPictures>(corrupt::read_frost(options.frost));
  return chosen;
}

void evaluate_corruptions(const Options& options) {
  const auto chosen = corruption_options(options);
  auto model = train::load_model(options.run, options.weights);
  const auto own_views = recipe::tta_text(model.tta);
  train::choose_evaluation(model, options.run, options.sets);
  refuse_views(model, own_views, "--corruptions");
  const auto plan = train::open_run_plan(options.run, model.transform);
  bool begun = false;
  const auto show = [&](const evaluate::CorruptionRow& row) {
    if (options.as_json) return;
    if (!std::exchange(begun, true)) print_text("{}", report::corruption_head(chosen.severities));
    print_text("{}", report::corruption_line(row));
    std::fflush(stdout);
  };
  const auto table = evaluate::evaluate_corruptions(model, plan, chosen, show);
  if (options.as_json) {
    auto object = io::json_of(table);
    object["run"] = options.run;
    print_text("{}\n", io::json_text(object, 2));
  } else {
    print_text("{}", report::corruption_summary(table));
  }
  const auto page = report::write_corruptions(options.run, table);
  if (!options.as_json) print_text("page  {}\n", page.string());
}

/// Throws unless there is a network, and data for it.
void require_network_with_data(const Options& options) {
  if (!options.data.empty()) return run::require_network(options.run);
  if (std::filesystem::exists(train::config_file(options.run)))
    throw Error(Code::usage, {.file = options.run},
                "a folder with config.json and weights has no data of its own; expected --data "
                "SOURCE, or a run directory");
  run::require_run(options.run);
}

/// The run's own data, or that of --data.
train::Plan open_plan(const Options& options, const train::SavedModel& model) {
  if (options.data.empty()) return train::open_run_plan(options.run, model.transform);
  if (temperature_from(options.temperature) == evaluate::TemperatureFrom::fit)
    throw Error(Code::usage,
                "--temperature fit is for the run's own validation set; leave out --data");
  return train::open_test_plan(options.data, model);
}

void evaluate(const Options& options) {
  require_network_with_data(options);
  if (options.corruptions) return evaluate_corruptions(options);
  if (!options.attack.method.empty())
    return evaluate_attack({.run = options.run,
                            .split = options.split,
                            .weights = options.weights,
                            .sets = options.sets,
                            .as_json = options.as_json},
                           options.attack);
  auto model = train::load_model(options.run, options.weights);
  if (options.per_class) train::require_classes(model, "--per-class");
  const auto own_views = recipe::tta_text(model.tta);
  train::choose_evaluation(model, options.run, options.sets);
  if (!options.tta.empty()) {
    refuse_views(model, own_views, "--tta");
    train::choose_tta(model, options.run, recipe::parse_tta(options.tta));
  }
  const auto plan = open_plan(options, model);
  const auto assessment = evaluate::assess(options.run, model, plan,
                                           {.split = options.split,
                                            .temperature = temperature_from(options.temperature),
                                            .figures = {.k = options.top},
                                            .gap = !options.no_gap && options.data.empty(),
                                            .sensitivity = options.sensitivity});
  if (!options.as_json) {
    print_text("{}", report::to_text(assessment, options.per_class));
    return;
  }
  auto object = io::json_of(assessment);
  object["run"] = options.run;
  if (!options.data.empty()) object["data"] = options.data;
  const auto [height, width] = model.transform.size();
  object["size"] = {height, width};
  print_text("{}\n", io::json_text(object, 2));
}

/// The flag, and the options that have an effect only with it.
Argument add_corruptions(const Command& command, Options& options) {
  const auto flag = command.flag("--corruptions", options.corruptions,
                                 "evaluate on corrupted images (ImageNet-C's, computed): a table, "
                                 "corruptions.json and corruptions.html in the run directory");
  const auto list = [&command](const std::string& name, std::vector<std::string>& into,
                               const std::string& about) {
    return command.option(name, into, about).separated_by(',').one_at_a_time();
  };
  list("--kinds", options.kinds,
       "corruptions, such as fog,snow; all: also the four that ImageNet-C leaves for validation; "
       "default: the 15 of the benchmark")
      .called("A,B")
      .needs(flag);
  list("--severity", options.severities, "severities from 1 to 5; default: all five")
      .called("N,M")
      .needs(flag);
  command
      .option("--corruption-dialect", options.dialect,
              "published implementation that is followed. hendrycks: the scripts that made "
              "ImageNet-C; imagecorruptions: the Python package of that name")
      .one_of({"hendrycks", "imagecorruptions"})
      .with_default()
      .needs(flag);
  command
      .option("--corruption-constants", options.constants,
              "constants of the severities. imagenet: those of ImageNet-C; cifar: those of "
              "CIFAR-10-C; auto: cifar for inputs of at most 32 pixels, else imagenet")
      .one_of({"auto", "imagenet", "cifar"})
      .with_default()
      .needs(flag);
  command
      .option("--frost", options.frost,
              "folder of photographs for the corruption frost; default: computed frost")
      .called("DIR")
      .needs(flag);
  command
      .option("--corruption-seed", options.corruption_seed,
              "seed of the corruptions' random numbers; the same for all runs that are compared")
      .with_default()
      .needs(flag);
  return flag;
}

}  // namespace

void add_eval(const Command& app) {
  const auto command = app.command("eval", "Evaluate a finished run on its data or on other data");
  auto options = std::make_shared<Options>();
  command
      .option("run", options->run,
              "the run directory; with --data also a folder with config.json and weights, as timm "
              "writes it")
      .required();
  auto data = command.option("--data", options->data,
                             "another data set, as data.source of a recipe: its test set, or its "
                             "training set where it has none. Its classes are found by their names "
                             "among those of the network; default: the data of the run");
  data.called("SOURCE");
  command.option("--split", options->split, "data split to evaluate")
      .one_of({"test", "validation", "train"})
      .with_default();
  command.option("--weights", options->weights, kAboutWeights);
  auto corruptions = add_corruptions(command, *options);
  const auto attack = add_attack(command, options->attack);
  corruptions.excludes(attack);
  data.excludes(corruptions).excludes(attack);
  command
      .option("--temperature", options->temperature,
              "fit: fit the temperature of these weights on the validation set and save it with "
              "the run, for predict and the report; saved: use the saved one")
      .one_of({"fit", "saved", "none"})
      .with_default()
      .excludes(corruptions)
      .excludes(attack);
  command.evaluation_edits(options->sets);
  command.option("--tta", options->tta, kAboutTta)
      .called("VIEWS")
      .excludes(corruptions)
      .excludes(attack);
  command.option("--top", options->top, "k of the top-k accuracy")
      .positive()
      .with_default()
      .excludes(corruptions)
      .excludes(attack);
  command
      .option("--sensitivity", options->sensitivity,
              "measure the sensitivity of the predicted probabilities to the pixels on this many "
              "images")
      .called("IMAGES")
      .positive()
      .excludes(corruptions)
      .excludes(attack);
  command
      .flag("--no-gap", options->no_gap,
            "skip the generalization gap, which evaluates the validation set and a training "
            "subset of the same size")
      .excludes(corruptions)
      .excludes(attack);
  command
      .flag("--per-class", options->per_class,
            "print precision and recall of every class (JSON always has them)")
      .excludes(corruptions)
      .excludes(attack);
  command.flag("--json", options->as_json, "print as JSON");
  command.footer(
      "Examples:\n"
      "  temper eval runs/fashion-mnist --split validation\n"
      "  temper eval runs/pictures --data new-pictures/ --per-class\n"
      "  temper eval runs/fashion-mnist --temperature fit\n"
      "  temper eval runs/pictures --set evaluation.size=288 --set evaluation.crop_ratio=1\n"
      "  temper eval runs/pictures --tta '{ crops = \"five\", below_confidence = 0.8 }'\n"
      "  temper eval runs/fashion-mnist --per-class --sensitivity 200\n"
      "  temper eval runs/fashion-mnist --corruptions --kinds fog,snow --severity 1,3\n"
      "  temper eval runs/fashion-mnist --attack pgd --radius 2/255,8/255 --images 1000");
  command.run([options] { evaluate(*options); });
}

}  // namespace temper::cli
