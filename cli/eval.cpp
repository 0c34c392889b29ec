#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"
#include "progress.h"
#include "temper/core/error.h"
#include "temper/data/open.h"
#include "temper/measure/accuracy.h"
#include "temper/measure/interval.h"
#include "temper/train/evaluate.h"
#include "temper/train/saved_model.h"

namespace temper::cli {
namespace {

struct Options {
  std::string run;
  std::string split = "test";
  std::string weights;
  bool as_json = false;
};

std::shared_ptr<const data::Source> images_of(const train::Plan& plan, const std::string& split) {
  const auto images = split == "test"         ? plan.test
                      : split == "validation" ? plan.validation
                                              : plan.train;
  if (!images)
    throw Error(Code::usage, fmt::format("--split {}: the run's data has no {} set", split, split));
  return images;
}

void evaluate(const Options& options) {
  const std::filesystem::path run = options.run;
  auto model = train::load_model(run, options.weights);
  const auto recipe = recipe::load((run / "recipe.toml").string());
  const auto plan = train::plan(recipe, data::open(recipe.data.source));
  train::prepare_thread(plan);
  model.network->to(plan.device);
  const auto predictions = train::predict(*model.network, plan, images_of(plan, options.split));
  const auto score = train::score(predictions);
  const auto hits = measure::top_k_hits(predictions.logits, predictions.labels);
  const auto interval = measure::wilson(hits, score.count);
  if (options.as_json)
    fmt::print("{}\n", nlohmann::json{{"run", options.run},
                                      {"split", options.split},
                                      {"weights", model.weights},
                                      {"count", score.count},
                                      {"accuracy", score.accuracy},
                                      {"interval", {interval.low, interval.high}},
                                      {"loss", score.loss}}
                           .dump(2));
  else
    fmt::print(
        "{} accuracy {:.2f}% (95% interval {:.2f} to {:.2f}), loss {:.4f}, over {} images, {} "
        "weights\n",
        options.split, 100 * score.accuracy, 100 * interval.low, 100 * interval.high, score.loss,
        grouped(score.count), model.weights);
}

}  // namespace

void add_eval(CLI::App& app) {
  auto* command = app.add_subcommand("eval", "Score a finished run on its data");
  auto options = std::make_shared<Options>();
  command->add_option("run", options->run, "the run directory")->required();
  command->add_option("--split", options->split, "which images")
      ->check(CLI::IsMember({"test", "validation", "train"}))
      ->capture_default_str();
  command
      ->add_option("--weights", options->weights,
                   "of the finished run, or of its best or last checkpoint (default: those the run "
                   "was tested with)")
      ->check(CLI::IsMember({"raw", "averaged", "best", "last"}));
  command->add_flag("--json", options->as_json, "print JSON");
  command->footer("Example:\n  temper eval runs/fashion-mnist --split validation");
  command->callback([options] { evaluate(*options); });
}

}  // namespace temper::cli
