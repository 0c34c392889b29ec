#include "temper/train/diff.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"
#include "temper/report/summary.h"

namespace temper::cli {
namespace {

struct Options {
  std::string left;
  std::string right;
  bool as_json = false;
};

std::string or_nothing(const std::string& value) {
  return value.empty() ? "(none)" : value;
}

void print_recipe(const train::RunDifferences& d, bool changes_results, const char* title) {
  bool titled = false;
  for (const auto& one : d.recipe) {
    if (one.changes_results != changes_results) continue;
    if (!titled) fmt::print("{}\n", title);
    titled = true;
    fmt::print("  {}: {} | {}\n", one.path, or_nothing(one.left), or_nothing(one.right));
  }
}

void print_data(const std::optional<bool>& same) {
  fmt::print("data: {}\n", !same ? "not recorded in both runs" : *same ? "the same" : "different");
}

void print_losses(const train::LossComparison& losses) {
  if (losses.first_step)
    fmt::print("losses: first difference at step {}: {} | {}\n", *losses.first_step, losses.left,
               losses.right);
  else if (losses.compared > 0)
    fmt::print("losses: the same in all {} lines that both logs have\n", losses.compared);
  else
    fmt::print("losses: no log lines for the same steps\n");
}

std::string ending_text(const train::RunEnd& ending) {
  if (ending.weights.empty())
    return fmt::format("{}, {} steps", ending.seconds ? "finished" : "not finished", ending.steps);
  const auto& errors = ending.test_errors;
  return fmt::format("test {}, loss {:.4f} ({} weights), {} steps, {:.0f} s",
                     errors ? report::errors_text(*errors)
                            : fmt::format("accuracy {:.2f}%", 100 * ending.test_accuracy),
                     ending.test_loss, ending.weights, ending.steps, ending.seconds.value_or(0));
}

void print(const train::RunDifferences& d) {
  print_recipe(d, true, "recipe, options that change results");
  print_recipe(d, false, "recipe, other options");
  if (d.recipe.empty()) fmt::print("recipe: the same\n");
  if (!d.circumstances.empty()) fmt::print("environment\n");
  for (const auto& one : d.circumstances)
    fmt::print("  {}: {} | {}\n", one.name, or_nothing(one.left), or_nothing(one.right));
  if (d.circumstances.empty()) fmt::print("environment: the same\n");
  print_data(d.same_data);
  print_losses(d.losses);
  if (d.same_weights)
    fmt::print("final weights: {}\n", *d.same_weights ? "the same bytes" : "different");
  fmt::print("left:  {}\nright: {}\n", ending_text(d.left), ending_text(d.right));
}

void diff(const Options& options) {
  const auto differences = train::differences(options.left, options.right);
  if (options.as_json)
    fmt::print("{}\n", train::to_json(differences).dump(2));
  else
    print(differences);
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
