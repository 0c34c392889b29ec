#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/format/json_text.h"
#include "temper/recipe/contradictions.h"
#include "temper/recipe/recipe.h"
#include "temper/report/lint_report.h"
#include "temper/train/choose.h"
#include "temper/train/installed_weights.h"
#include "weights.h"

namespace temper::cli {
namespace {

struct Options {
  std::string source = "fashion-mnist";
  std::string out;
  std::string file;
  std::string weights;
  std::vector<std::string> sets;
  std::optional<std::int64_t> images;
  bool strict = false;
  bool as_json = false;
};

void write_new(const Options& options) {
  // A run of the new recipe is not that of `temper train SOURCE`.
  const auto text =
      train::new_recipe(options.source, train::starting_weights(options.weights),
                        options.out.empty() ? std::string() : recipe::run_name(options.out));
  if (options.out.empty()) {
    print_text("{}", text);
    return;
  }
  io::write_new_file(options.out, text);
  print_text("wrote {}; train it with: temper train {}\n", options.out, options.out);
}

void show(const Options& options) {
  const auto recipe = recipe::load(options.file, options.sets);
  if (options.as_json)
    print_text("{}\n", io::json_text(recipe::to_json(recipe::facts(recipe)), 2));
  else
    print_text("{}", recipe::to_toml(recipe));
}

void check(const Options& options) {
  const auto recipe = recipe::load(options.file, options.sets);
  recipe::check_without_data(recipe);
  for (const auto& hint : recipe::lint(recipe)) print_text("note: {}\n", hint);
  print_text("{} is a valid recipe\n", options.file);
}

void lint(const Options& options) {
  const auto recipe = recipe::load(options.file, options.sets);
  const auto report = report::lint_report(recipe, options.images);
  if (options.as_json)
    print_text("{}\n", io::json_text(report::to_json(report), 2));
  else
    print_text("{}", report::to_text(report));
  if (options.strict && !report.findings.empty()) end_with(static_cast<int>(Code::usage));
}

void add_file(const Command& command, Options& options) {
  command.option("recipe", options.file, "a recipe (.toml)").called("RECIPE").required();
  command.edits(options.sets);
}

void add_lint(const Command& recipe, const std::shared_ptr<Options>& options) {
  const auto command = recipe.command(
      "lint", "Give advice on a recipe, with reasons and sources from the literature");
  add_file(command, *options);
  command
      .option("--images", options->images,
              "number of training images, validation images included, by which the run's number of "
              "steps is known; default: that of the data set, which is opened")
      .called("N")
      .positive();
  command.flag("--strict", options->strict, "exit with status 2 if there is any advice or warning");
  command.flag("--json", options->as_json, "print as JSON");
  command.run([options] { lint(*options); });
}

}  // namespace

void add_recipe(const Command& app) {
  const auto recipe = app.command("recipe", "Write, show and check recipes");
  recipe.needs_command();
  auto options = std::make_shared<Options>();

  const auto create =
      recipe.command("new", "Write a recipe for a data set, with every key explained");
  create
      .option("source", options->source,
              "any value of data.source: a folder of images, a table, shards, fashion-mnist")
      .called("SOURCE")
      .with_default();
  create.option("--out", options->out, "the file to write (default: standard output)")
      .called("FILE");
  add_starting_weights(create, options->weights);
  create.run([options] { write_new(*options); });

  const auto resolved = recipe.command("show", "Print every key of a recipe with its value");
  add_file(resolved, *options);
  resolved.flag("--json", options->as_json, "print as JSON");
  resolved.run([options] { show(*options); });

  const auto checked =
      recipe.command("check", "Check a recipe for errors and questionable settings");
  add_file(checked, *options);
  checked.run([options] { check(*options); });

  add_lint(recipe, options);

  recipe.footer(
      "Examples:\n"
      "  temper recipe new pictures/ --out mine.toml\n"
      "  temper recipe new pictures/ --weights weights/resnet50 --out fine-tuning.toml\n"
      "  temper recipe show mine.toml --set model.depth=50\n"
      "  temper recipe check mine.toml\n"
      "  temper recipe lint mine.toml --images 50000");
}

}  // namespace temper::cli
