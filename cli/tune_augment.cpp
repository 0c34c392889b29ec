#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "output.h"
#include "signals.h"
#include "study_progress.h"
#include "temper/core/error.h"
#include "temper/core/parse_number.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/report/augment_search.h"
#include "temper/train/choose.h"
#include "temper/train/installed_weights.h"
#include "temper/train/request.h"
#include "temper/tune/augment.h"
#include "tune.h"
#include "weights.h"

namespace temper::cli {
namespace {

using tune::AugmentSpace;
using tune::PolicySearch;

constexpr const auto& kSpaces = EnumNames<AugmentSpace>::value;
constexpr const auto& kMethods = EnumNames<PolicySearch>::value;
constexpr const auto& kSamplers = EnumNames<tune::Sampler>::value;

struct Options {
  std::string source;
  std::string weights;
  std::vector<std::string> sets;
  std::string space = std::string(name_of(AugmentSpace::rand_augment));
  std::string method;
  std::vector<std::string> num_ops;
  std::vector<std::string> magnitudes;
  std::optional<std::int64_t> trials;
  std::optional<std::int64_t> top;
  std::int64_t seeds = 1;
  std::optional<std::int64_t> folds;
  std::optional<std::int64_t> rounds;
  std::string sampler;
  std::string folder = "studies";
  std::int64_t jobs = 1;
  std::string out;
};

/// @param option  for the message
template <class Number>
std::vector<Number> numbers_of(const std::vector<std::string>& texts, const char* option) {
  std::vector<Number> numbers;
  for (const auto& text : texts) {
    const auto number = parse_number<Number>(text);
    if (!number)
      throw Error(Code::usage, fmt::format("{} has '{}'; expected numbers with commas between "
                                           "them, as in 1,2,3",
                                           option, text));
    numbers.push_back(*number);
  }
  return numbers;
}

void refuse_options_of_others(const Options& options) {
  const auto refuse = [](bool given, const char* option, const char* where) {
    if (given) throw Error(Code::usage, fmt::format("{} has no effect without {}", option, where));
  };
  const bool is_grid = options.space == name_of(AugmentSpace::rand_augment);
  const bool is_density = options.method == name_of(PolicySearch::density);
  refuse(!is_grid && !options.num_ops.empty(), "--num-ops", "--space rand_augment");
  refuse(!is_grid && !options.magnitudes.empty(), "--magnitudes", "--space rand_augment");
  refuse(is_grid && options.trials.has_value(), "--trials", "--space autoaugment");
  refuse(is_grid && options.top.has_value(), "--top", "--space autoaugment");
  refuse(is_grid && !options.method.empty(), "--method", "--space autoaugment");
  refuse(options.folds.has_value() && !is_density, "--folds", "--method density");
  refuse(options.rounds.has_value() && !is_density, "--rounds", "--method density");
  refuse(!options.sampler.empty() && !is_density, "--sampler", "--method density");
}

tune::AugmentOptions augment_options(const Options& options, const recipe::Recipe& recipe) {
  tune::AugmentOptions made;
  made.seeds = options.seeds;
  if (!options.num_ops.empty())
    made.num_ops = numbers_of<std::int64_t>(options.num_ops, "--num-ops");
  if (!options.magnitudes.empty())
    made.magnitudes = numbers_of<double>(options.magnitudes, "--magnitudes");
  made.trials = options.trials.value_or(made.trials);
  made.top = options.top.value_or(std::min(made.top, made.trials));
  made.density.trials = options.trials.value_or(made.density.trials);
  made.density.top = options.top.value_or(std::min(made.density.top, made.density.trials));
  made.density.folds = options.folds.value_or(made.density.folds);
  made.density.rounds = options.rounds.value_or(made.density.rounds);
  if (!options.sampler.empty())
    made.density.sampler = static_cast<tune::Sampler>(
        std::ranges::find(kSamplers, options.sampler) - kSamplers.begin());
  made.density.seed = static_cast<std::uint64_t>(recipe.seed);
  return made;
}

/// A line that is replaced on a terminal; otherwise one for every hundred.
void show_candidate(std::int64_t done, std::int64_t of) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  if (terminal)
    fmt::print(stderr, "\rpolicy {} of {}{}", done, of, done == of ? "\n" : "");
  else if (done % 100 == 0 || done == of)
    fmt::print(stderr, "policy {} of {}\n", done, of);
}

tune::AugmentTable run(const Options& options, const recipe::Recipe& recipe) {
  const auto asked = augment_options(options, recipe);
  study::Store store(options.folder);
  StudyProgress progress;
  const study::EngineOptions engine{
      .folder = options.folder,
      .jobs = options.jobs,
      .stop = &stop_on_signals(),
      .on_progress = [&](const study::Progress& now) { progress.on_progress(now); }};
  if (options.space == name_of(AugmentSpace::rand_augment))
    return tune::tune_grid(recipe, asked, store, engine);
  if (options.method == name_of(PolicySearch::density))
    return tune::tune_densities(recipe, asked, store, engine, show_candidate);
  return tune::tune_policies(recipe, asked, store, engine);
}

void augment_command(const Options& options) {
  refuse_options_of_others(options);
  const auto chosen = train::choose_recipe({.source = options.source,
                                            .sets = options.sets,
                                            .weights = train::starting_weights(options.weights),
                                            .save_choice = false});
  print_text(stderr, "{}", chosen.note);
  const auto table = run(options, chosen.recipe);
  const auto page = std::filesystem::path(options.folder) / (chosen.recipe.name + "-augment.html");
  io::write_atomically(page, report::augment_page(table));
  print_text("{}", report::augment_text(table));
  print_text(stderr, "page  {}\n", page.string());
  if (options.out.empty()) return;
  const auto* winner = table.winner();
  if (winner == nullptr)
    throw Error(Code::data,
                fmt::format("no setting has a score; nothing was written to {}", options.out));
  io::write_atomically(options.out, recipe::to_toml(winner->recipe));
  print_text(stderr, "recipe  {}: {}\n", options.out, winner->name);
}

void add_policy_options(const Command& command, Options& options) {
  command
      .option("--method", options.method,
              "of --space autoaugment. random, unless given: train each policy and merge the best; "
              "density: density matching (Fast AutoAugment), which trains one network for each "
              "fold")
      .called("METHOD")
      .one_of({kMethods.begin(), kMethods.end()});
  command
      .option("--trials", options.trials,
              "number of policies that are drawn: 16 with random; with density 200 for each fold "
              "and round")
      .called("N")
      .positive();
  command
      .option("--top", options.top,
              "number of these that are merged: 5 with random; with density 10 of each fold and "
              "round")
      .called("N")
      .positive();
  command.option("--folds", options.folds, "number of folds of density matching (default: 5)")
      .called("N")
      .within(2, 100);
  command
      .option("--rounds", options.rounds, "searches on each fold of density matching (default: 2)")
      .called("N")
      .within(1, 100);
  command
      .option("--sampler", options.sampler,
              "how density matching draws policies. tpe, unless given: from the losses of those "
              "before, as the paper does; random: independently")
      .called("SAMPLER")
      .one_of({kSamplers.begin(), kSamplers.end()});
}

}  // namespace

void add_tune_augment(const Command& tune, const TuneCommand& runs) {
  const auto command = tune.command(
      "augment", "Search for augmentation: RandAugment's grid, or policies as AutoAugment's");
  auto options = std::make_shared<Options>();
  command
      .option("source", options->source,
              "a recipe, or data for which one is chosen, as for `temper train`")
      .called("RECIPE");
  command.edits(options->sets);
  add_starting_weights(command, options->weights);
  command
      .option("--space", options->space,
              "rand_augment: the grid over its number of operations and magnitude; autoaugment: "
              "policies of sub-policies")
      .called("SPACE")
      .one_of({kSpaces.begin(), kSpaces.end()})
      .with_default();
  command
      .option("--num-ops", options->num_ops,
              "numbers of operations that the grid tries (default: 1,2,3)")
      .called("N,N,...")
      .one_at_a_time()
      .separated_by(',');
  command
      .option("--magnitudes", options->magnitudes,
              "magnitudes that the grid tries (default: 3,5,7,9)")
      .called("M,M,...")
      .one_at_a_time()
      .separated_by(',');
  add_policy_options(command, *options);
  command.option("--seeds", options->seeds, "number of seeds that each setting is trained with")
      .called("N")
      .positive()
      .with_default();
  command
      .option("--folder", options->folder,
              "folder of the results and runs, as of `temper ablate`; the page is written there, "
              "too")
      .called("DIR")
      .with_default();
  command.option("--jobs", options->jobs, "number of runs at a time")
      .called("N")
      .positive()
      .with_default();
  command.option("--out", options->out, "write the recipe of the winner to this file")
      .called("FILE");
  command.footer(
      "Examples:\n"
      "  temper tune augment mine.toml --out augmented.toml\n"
      "  temper tune augment mine.toml --num-ops 1,2 --magnitudes 5,9 --seeds 2 --jobs 2\n"
      "  temper tune augment mine.toml --space autoaugment --method density --out fast.toml\n\n"
      "A search that was stopped (Ctrl-C, SIGTERM) or killed goes on when the same command is "
      "given again.\nThe test set is never scored. Methods and costs: docs/tune.md.");
  runs(command, [options] { augment_command(*options); });
}

}  // namespace temper::cli
