#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/io/format/json_text.h"
#include "temper/io/format/safetensors.h"
#include "temper/model/architecture.h"
#include "temper/model/timm_names.h"
#include "temper/report/inspection_text.h"
#include "temper/train/choose.h"
#include "temper/train/installed_weights.h"
#include "temper/train/plan.h"
#include "temper/train/pretrained_weights.h"
#include "temper/train/saved_model.h"
#include "weights.h"

namespace temper::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string source;
  std::vector<std::string> sets;
  std::string weights;
  std::optional<std::int64_t> size;
  std::optional<std::int64_t> channels;
  std::optional<std::int64_t> classes;
  std::int64_t batch = 32;
  bool as_json = false;
};

/// A network and the sizes of its input and output.
struct Subject {
  std::unique_ptr<model::Network> network;
  model::Task task;
};

model::Task changed(model::Task task, const Options& options) {
  if (options.size) task.height = task.width = *options.size;
  task.channels = options.channels.value_or(task.channels);
  task.classes = options.classes.value_or(task.classes);
  return task;
}

/// Nothing else starts from pretrained weights.
void refuse_weights(const Options& options) {
  if (options.weights.empty()) return;
  throw Error(Code::usage,
              fmt::format("--weights is for a recipe or data, of which a network is trained; '{}' "
                          "is neither",
                          options.source));
}

/// As for ImageNet. @param model  a kind of network, or one with its options, as TOML
Subject of_network(const std::string& model, const Options& options) {
  refuse_weights(options);
  const auto recipe = recipe::parse("model = " + model + "\n", "the defaults", options.sets);
  const auto task = changed({.channels = 3, .height = 224, .width = 224, .classes = 1000}, options);
  return {model::build(recipe.model, task, recipe.seed), task};
}

std::string text_of(const model::Architecture& architecture) {
  recipe::Recipe recipe;
  recipe.model = architecture;
  return recipe::model_text(recipe);
}

/// Of a recipe and its data.
Subject of_recipe(const Options& options) {
  const auto chosen = train::choose_recipe({.source = options.source,
                                            .sets = options.sets,
                                            .weights = train::starting_weights(options.weights),
                                            .save_choice = false});
  print_text(stderr, "{}", chosen.note);
  const auto plan = train::plan(chosen.recipe, chosen.data);
  tell_pretrained(plan);
  const auto task = changed(plan.task, options);
  return {model::build(plan.recipe.model, task, plan.recipe.seed), task};
}

Subject of_run(const Options& options) {
  refuse_weights(options);
  if (!options.sets.empty() || options.classes || options.channels)
    throw Error(Code::usage,
                "--set, --channels and --classes are for a network that is not trained; "
                "that of a run has its own. --size is accepted");
  auto model = train::load_model(options.source);
  return {std::move(model.network), changed(model.task, options)};
}

template <class... Networks>
std::vector<std::string_view> kinds_of(const std::variant<Networks...>* /*architecture*/) {
  std::vector<std::string_view> kinds{Networks::kind...};
  std::erase(kinds, model::Custom::kind);
  return kinds;
}

Subject subject(const Options& options) {
  const fs::path folder = options.source;
  if (fs::exists(folder / "recipe.toml") || fs::exists(train::config_file(folder)))
    return of_run(options);
  auto known = kinds_of(static_cast<const model::Architecture*>(nullptr));
  if (std::ranges::find(known, options.source) != known.end())
    return of_network(recipe::quote(options.source), options);
  if (const auto published = model::architecture_of(options.source))
    return of_network(text_of(*published), options);
  std::ranges::copy(model::timm_names(), std::back_inserter(known));
  if (!fs::exists(options.source) && folder.extension() != ".toml")
    throw Error(Code::usage,
                fmt::format("'{}' is no network, recipe, run directory or file of tensors: {}",
                            options.source, suggestion(options.source, known, "the networks are")));
  return of_recipe(options);
}

void show(std::span<const io::TensorView> tensors, const Options& options) {
  refuse_weights(options);
  if (options.as_json)
    print_text("{}\n", io::json_text(report::to_json(tensors), 2));
  else
    print_text("{}", report::to_text(tensors));
}

void inspect(const Options& options) {
  if (train::is_tensor_file(options.source))
    return std::visit([&](const auto& file) { show(file.tensors(), options); },
                      train::open_tensors(options.source));
  const auto [network, task] = subject(options);
  const auto inspection = model::inspect(*network, task);
  if (options.as_json)
    print_text("{}\n", io::json_text(report::to_json(inspection, options.batch), 2));
  else
    print_text("{}", report::to_text(inspection, options.batch));
}

}  // namespace

void add_inspect(const Command& app) {
  const auto command =
      app.command("inspect",
                  "Show the layers of a network with their output sizes, parameters and "
                  "multiply-adds, and what it needs; or the tensors of a file");
  auto options = std::make_shared<Options>();
  command
      .option(
          "source", options->source,
          "a kind of network (resnet, efficientnet, ...), timm's name of one (resnet50, ...), a "
          "recipe, a run directory, a folder with config.json, or a file of tensors "
          "(.safetensors, .pth, .pt, .bin, .pth.tar)")
      .called("NETWORK")
      .required();
  command.edits(options->sets);
  add_starting_weights(command, options->weights);
  command
      .option(
          "--size", options->size,
          "height and width of the images; 224 for a kind of network, otherwise that of the data")
      .called("PIXELS")
      .positive();
  command
      .option("--channels", options->channels,
              "number of channels of the images; 3 for a kind of network")
      .called("N")
      .positive();
  command.option("--classes", options->classes, "number of classes; 1000 for a kind of network")
      .called("N")
      .positive();
  command.option("--batch", options->batch, "number of images for which memory is estimated")
      .called("N")
      .positive()
      .with_default();
  command.flag("--json", options->as_json, "print as JSON");
  command.run([options] { inspect(*options); });
}

}  // namespace temper::cli
