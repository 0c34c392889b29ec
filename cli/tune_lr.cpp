#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "signals.h"
#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/report/range_test.h"
#include "temper/train/choose.h"
#include "temper/train/installed_weights.h"
#include "temper/train/request.h"
#include "temper/tune/range_test.h"
#include "tune.h"
#include "weights.h"

namespace temper::cli {
namespace {

struct Options {
  std::string source;
  std::vector<std::string> sets;
  std::string weights;
  tune::RangeTestOptions test;
  std::string page;
  std::string csv;
  std::string rule = std::string(name_of(tune::LrRule::steepest_descent));
  std::string write;
};

constexpr const auto& kRules = EnumNames<tune::LrRule>::value;

void write_recipe(const Options& options, const recipe::Recipe& recipe,
                  const tune::RangeTest& test) {
  const auto rule =
      static_cast<tune::LrRule>(std::ranges::find(kRules, options.rule) - kRules.begin());
  const auto lr = test.suggestions.of(rule);
  if (!lr)
    throw Error(Code::data, fmt::format("the test has no suggestion by {}; nothing was written to "
                                        "{}. Try another range, more steps or the other rule",
                                        options.rule, options.write));
  io::write_atomically(options.write, recipe::to_toml(tune::with_lr(recipe, *lr)));
  print_text(stderr, "recipe  {}: optimizer.lr = {:.3g}\n", options.write, *lr);
}

void lr_command(Options options) {
  const auto chosen = train::choose_recipe({.source = options.source,
                                            .sets = options.sets,
                                            .weights = train::starting_weights(options.weights),
                                            .save_choice = false});
  print_text(stderr, "{}", chosen.note);
  options.test.stop = &stop_on_signals();
  const auto test = tune::range_test(chosen.recipe, chosen.data, options.test);
  print_text("{}", report::range_test_text(test));
  if (!options.csv.empty()) io::write_atomically(options.csv, report::range_test_csv(test));
  if (!options.page.empty()) {
    io::write_atomically(options.page, report::range_test_page(test));
    print_text(stderr, "page  {}\n", options.page);
  }
  if (!options.write.empty()) write_recipe(options, chosen.recipe, test);
}

}  // namespace

void add_tune_lr(const Command& tune, const TuneCommand& runs) {
  const auto command =
      tune.command("lr", "Learning rate range test: train a few steps with growing learning rates");
  auto options = std::make_shared<Options>();
  command
      .option("source", options->source,
              "a recipe, or data for which one is chosen, as for `temper train`")
      .called("RECIPE");
  command.edits(options->sets);
  add_starting_weights(command, options->weights);
  command.option("--low", options->test.low, "learning rate of the first step")
      .called("LR")
      .with_default();
  command.option("--high", options->test.high, "learning rate of the last step")
      .called("LR")
      .with_default();
  command.option("--steps", options->test.steps, "number of steps, at most those of the run")
      .called("N")
      .positive()
      .with_default();
  command
      .option("--smoothing", options->test.smoothing,
              "weight of the earlier losses in the smoothed loss")
      .called("BETA")
      .with_default();
  command
      .option("--divergence", options->test.divergence,
              "end where the smoothed loss exceeds so many times the lowest one")
      .called("FACTOR")
      .with_default();
  command.option("--out", options->page, "also write the curve as a page (.html)").called("FILE");
  command.option("--csv", options->csv, "also write every step as CSV").called("FILE");
  auto write =
      command.option("--write", options->write,
                     "write the recipe with the suggested learning rate to this file; without it "
                     "no recipe is changed");
  write.called("FILE");
  command.option("--rule", options->rule, "the suggestion that --write uses")
      .called("RULE")
      .one_of({kRules.begin(), kRules.end()})
      .with_default()
      .needs(write);
  command.footer(
      "Examples:\n"
      "  temper tune lr mine.toml\n"
      "  temper tune lr mine.toml --low 1e-4 --high 3 --steps 200 --out range.html\n"
      "  temper tune lr mine.toml --write faster.toml --rule minimum_tenth\n\n"
      "Nothing is kept of the steps, and no validation or test image takes part.\nThe methods and "
      "their sources: docs/tune.md.");
  runs(command, [options] { lr_command(*options); });
}

}  // namespace temper::cli
