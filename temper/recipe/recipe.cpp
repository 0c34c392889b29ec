#include "temper/recipe/recipe.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/core/error.h"
#include "temper/core/grouped.h"
#include "temper/core/printable.h"
#include "temper/io/disk/hash.h"
#include "temper/io/disk/read_file.h"
#include "temper/recipe/bind.h"
#include "temper/recipe/other_files.h"
#include "temper/recipe/write.h"

namespace temper::recipe {
namespace {

// The name becomes that of a directory.
void check_name(const Recipe& recipe) {
  const auto& name = recipe.name;
  const bool fits =
      !name.empty() && name.size() <= 100 && name.front() != '.' &&
      std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == '/' || c == 0x7F; });
  if (!fits)
    throw Error(
        Code::usage, place(recipe.places, "name"),
        fmt::format("name is {}; expected 1 to 100 characters without '/', not beginning with a "
                    "dot, since it is the name of the run's directory",
                    quote(name.substr(0, 120))));
}

void check_length(const Recipe& recipe) {
  if (recipe.epochs > 0 && recipe.steps > 0)
    throw Error(Code::usage, place(recipe.places, "steps"),
                fmt::format("epochs = {} and steps = {} are both given; keep one, or set the other "
                            "to 0",
                            recipe.epochs, recipe.steps));
  if (recipe.epochs == 0 && recipe.steps == 0)
    throw Error(Code::usage, place(recipe.places, "epochs"),
                "epochs and steps are both 0; expected the run's length in one of them, as in "
                "epochs = 10");
}

// The horizon used before the data is known: long enough for every warm-up to end, short enough to
// check every step.
schedule::Horizon nominal(const Recipe& recipe) {
  constexpr std::int64_t steps_per_epoch = 100;
  constexpr std::int64_t most = 1000;
  return {steps_per_epoch, recipe.steps > 0 ? std::min(recipe.steps, steps_per_epoch * most)
                                            : steps_per_epoch * std::min(recipe.epochs, most)};
}

void check_folds(const Recipe& recipe) {
  const auto& data = recipe.data;
  if (data.folds == 1)
    throw Error(Code::usage, place(recipe.places, "data.folds"),
                "data.folds is 1; expected 2 or more, or 0 for no folds");
  if (data.fold >= std::max<std::int64_t>(data.folds, 1))
    throw Error(Code::usage, place(recipe.places, "data.fold"),
                data.folds == 0
                    ? fmt::format("data.fold is {}, but there are no folds (data.folds = 0); set "
                                  "their number, as in data.folds = 5",
                                  data.fold)
                    : fmt::format("data.fold is {}; expected 0 to {}, since data.folds is {}",
                                  data.fold, data.folds - 1, data.folds));
}

/// A recipe that was written out names the default source as well as the several sources.
void check_sources(const Recipe& recipe) {
  const auto& data = recipe.data;
  if (!data.sources.empty() && data.source != Data{}.source)
    throw Error(Code::usage, place(recipe.places, "data.source"),
                "data.source and data.sources are both given; keep one");
  for (std::size_t i = 0; i < data.sources.size(); ++i)
    if (data.sources[i].source.empty())
      throw Error(Code::usage, place(recipe.places, fmt::format("data.sources.{}", i)),
                  fmt::format("data.sources.{} has no source; expected a table such as "
                              "{{ source = \"pictures\", weight = 2 }}",
                              i));
}

/// A recipe that was written out has the batch size of a process on its own as well as the number
/// of images that each process has.
void check_batch(const Recipe& recipe, std::int64_t ranks) {
  const auto& data = recipe.data;
  if (!recipe.places.contains("data.batch_size")) return;
  if (data.batch == data.batch_per_rank && ranks == 1) return;
  throw Error(Code::usage, place(recipe.places, "data.batch_per_rank"),
              fmt::format("data.batch_size = {} and data.batch_per_rank = {} are both given; keep "
                          "batch_size for the images that all processes have together, or "
                          "batch_per_rank for those of each",
                          data.batch, data.batch_per_rank));
}

void check_operations(const Recipe& recipe) {
  with_places(recipe.places, [&] { augment::check_nesting(recipe.data.augment, "data.augment"); });
}

void check_optimizer(const Recipe& recipe) {
  auto resolved = recipe;
  resolve(resolved, nominal(recipe));
  with_places(recipe.places, [&] { optim::check(resolved.optimizer); });
}

void check(const Recipe& recipe) {
  check_name(recipe);
  check_length(recipe);
  if (recipe.epochs > 0) check_freeze(recipe, recipe.epochs);
  check_folds(recipe);
  check_sources(recipe);
  check_operations(recipe);
  check_schedules(recipe, nominal(recipe));
  check_optimizer(recipe);
}

}  // namespace

Recipe::Recipe() = default;
Recipe::Recipe(const Recipe&) = default;
Recipe::Recipe(Recipe&&) noexcept = default;
Recipe& Recipe::operator=(const Recipe&) = default;
Recipe& Recipe::operator=(Recipe&&) noexcept = default;
Recipe::~Recipe() = default;

// An interval at its default may be longer than the run, whose end is saved and logged in any case.
std::vector<Onset> Checkpoint::onsets(const Horizon& run) const {
  const auto onset = [&](const char* option, std::int64_t every, std::int64_t unit) {
    return Onset::in(run, option, static_cast<double>(every) * static_cast<double>(unit) + 1,
                     "the only checkpoint is that of the end");
  };
  std::vector<Onset> all;
  if (every_steps > 0 && every_steps != Checkpoint{}.every_steps)
    all.push_back(onset("every_steps", every_steps, 1));
  if (every_epochs > 0) all.push_back(onset("every_epochs", every_epochs, run.steps_per_epoch));
  return all;
}

std::vector<Onset> Guard::onsets(const Horizon& run) const {
  if (nan != OnNan::rollback) return {};
  return {Onset::in(run, "anchor_every", static_cast<double>(anchor_every) + 1,
                    "the only anchor is the state at the start")};
}

std::vector<Onset> Log::onsets(const Horizon& run) const {
  std::vector<Onset> all;
  if (every_steps != Log{}.every_steps)
    all.push_back(Onset::in(run, "every_steps", static_cast<double>(every_steps) + 1,
                            "the only line is that of the last step"));
  if (norms_every > 0)
    all.push_back(
        Onset::in(run, "norms_every", static_cast<double>(norms_every), "no norms are written"));
  return all;
}

Recipe parse(std::string_view text, const std::string& name, const std::vector<std::string>& sets) {
  const auto tree = parse_toml(text, name);
  std::vector<Tree> edits;
  for (const auto& set : sets) edits.push_back(parse_edit(set));
  put_kinds_first(edits);
  return bound(tree, edits);
}

Recipe bound(const Tree& text, std::span<const Tree> edits) {
  Recipe recipe;
  if (const auto stem = std::filesystem::path(text.source).stem(); !stem.empty())
    recipe.name = printable(stem.native());
  recipe.places[""] = {.file = text.source};
  const auto view = group(recipe);
  bind_tree(text, view, recipe.schedules, &recipe.places);
  for (const auto& edit : edits) bind_tree(edit, view, recipe.schedules, &recipe.places);
  if (recipe.steps > 0 && !recipe.places.contains("epochs")) recipe.epochs = 0;
  if (recipe.data.batch_per_rank > 0) {
    check_batch(recipe, 1);
    recipe.data.batch = recipe.data.batch_per_rank;  // of a process on its own
  }
  check(recipe);
  return recipe;
}

Recipe load(const std::filesystem::path& path, const std::vector<std::string>& sets) {
  refuse_picture(path);
  return parse(io::read_text(path, kMaxTextBytes), path.string(), sets);
}

void resolve_batch(Recipe& recipe, std::int64_t ranks) {
  constexpr std::int64_t most = 1 << 20;  // as data.batch_size
  auto& data = recipe.data;
  if (data.batch_per_rank == 0) return;
  check_batch(recipe, ranks);
  if (data.batch_per_rank > most / ranks)
    throw Error(Code::usage, place(recipe.places, "data.batch_per_rank"),
                fmt::format("data.batch_per_rank = {} gives {} processes a batch of {} images; "
                            "expected at most {}",
                            data.batch_per_rank, ranks, data.batch_per_rank * ranks, most));
  data.batch = data.batch_per_rank * ranks;
  data.batch_per_rank = 0;
}

schedule::Horizon horizon_of(const Recipe& recipe, std::int64_t steps_per_epoch) {
  constexpr std::int64_t most = 1'000'000'000;  // twelve days at a millisecond each
  check_length(recipe);
  if (recipe.steps > most)
    throw Error(Code::usage, place(recipe.places, "steps"),
                fmt::format("steps is {}; a run has at most {} steps", grouped(recipe.steps),
                            grouped(most)));
  if (recipe.epochs > most / steps_per_epoch)
    throw Error(Code::usage, place(recipe.places, "epochs"),
                fmt::format("epochs is {}, of {} steps each; a run has at most {} steps, here {} "
                            "epochs",
                            grouped(recipe.epochs), grouped(steps_per_epoch), grouped(most),
                            grouped(most / steps_per_epoch)));
  return {steps_per_epoch, recipe.steps > 0 ? recipe.steps : steps_per_epoch * recipe.epochs};
}

void check_freeze(const Recipe& recipe, std::int64_t epochs) {
  if (recipe.freeze && recipe.freeze->epochs > epochs)
    throw Error(
        Code::usage, place(recipe.places, "freeze.epochs"),
        fmt::format("freeze.epochs is {}, more than the run's {} epochs; 0 means the whole run",
                    recipe.freeze->epochs, epochs));
}

std::string to_toml(const Recipe& recipe) {
  auto copy = recipe;
  return document(group(copy), copy.schedules);
}

std::string model_text(const Recipe& recipe) {
  auto copy = recipe;
  return value_text(slot(copy.model), "model", copy.schedules);
}

std::string fingerprint(const Recipe& recipe, std::string_view data_digest, std::int64_t numerics) {
  io::Hash hash;
  hash.update(fmt::format("numerics={}\ndata={}\n", numerics, quote(data_digest)));
  for (const auto& fact : facts(recipe))
    if (fact.changes_results && !fact.is_default)
      hash.update(fmt::format("{}={}\n", fact.path, fact.value));
  return hash.hex();
}

std::vector<Fact> facts(const Recipe& recipe) {
  auto copy = recipe;
  Recipe defaults;
  return facts(group(copy), copy.schedules, group(defaults));
}

std::vector<Difference> differences(const Recipe& left, const Recipe& right) {
  return differences(facts(left), facts(right));
}

}  // namespace temper::recipe

template temper::Group temper::group(temper::recipe::Recipe& value);
