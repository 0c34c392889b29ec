#include "temper/train/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/grouped.h"
#include "temper/data/sources/names.h"
#include "temper/data/sources/open.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/folder.h"
#include "temper/train/device.h"
#include "temper/train/open_data.h"
#include "temper/train/picture_sizes.h"
#include "temper/train/pretrained.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLookedAt = 256;
constexpr auto kFashionMnist = "fashion-mnist";

/// As DataSummary::labelled.
std::vector<std::int64_t> labelled_images(const data::Source& source) {
  const bool valued = !source.value_names().empty();
  std::vector<std::int64_t> counts(valued ? 1 : source.classes().size());
  for (std::int64_t i = 0; i < source.size(); ++i)
    if (source.labelled(i)) ++counts.at(valued ? 0 : static_cast<std::size_t>(source.label(i)));
  return counts;
}

bool is_recipe(const std::string& source) {
  const auto ending = fs::path(source).extension();
  return !fs::is_directory(source) && ending != ".csv" && ending != ".tsv" && ending != ".tar";
}

[[noreturn]] void refuse_missing(const std::string& source, const std::string& expected) {
  throw Error(Code::data, fmt::format("{} does not exist; name {}a folder of images, a table "
                                      "(.csv), shards (.tar), or {}",
                                      source, expected, kFashionMnist));
}

/// The recipe with its data.
ChosenRecipe opened(recipe::Recipe recipe, std::string note = {}) {
  auto data = open_data(recipe);
  return {std::move(recipe), std::move(data), std::move(note)};
}

/// The file that keeps the recipe chosen for the data, where it can be edited.
fs::path kept_file(const RunRequest& request) {
  auto path = asked_directory(request, recipe::run_name(request.source));
  if (!path.has_filename()) path = path.parent_path();
  path += ".toml";
  return path;
}

bool is_same_path(const std::string& one, const std::string& other) {
  std::error_code error;
  return one == other || fs::equivalent(one, other, error);
}

std::string weights_text(const std::string& from) {
  return from.empty() ? "random weights" : fmt::format("the weights in {}", from);
}

/// A recipe that was chosen before for other data or other weights isn't the one asked for: runs of
/// folders with the same name share a directory, and other weights have another network and other
/// rates.
void refuse_other_choice(const fs::path& kept, const RunRequest& request) {
  const auto recipe = recipe::load(kept);
  const auto refuse = [&](const char* relation, const std::string& found,
                          const std::string& asked) {
    throw Error(
        Code::usage, {.file = kept.string()},
        fmt::format("this recipe, which was chosen before, {} {}; train it by its own name, "
                    "remove it to choose one for {}, or name another run directory with "
                    "--out",
                    relation, found, asked));
  };
  const auto& sources = recipe.data.sources;
  if (!is_same_path(recipe.data.source, request.source) &&
      std::ranges::none_of(
          sources, [&](const auto& one) { return is_same_path(one.source, request.source); }))
    refuse("is for", data_name(recipe), request.source);
  const auto& weights = request.weights;
  if (weights.asked.empty() && !weights.none) return;
  const auto from = recipe.pretrained ? recipe.pretrained->from : "";
  if (!is_same_path(from, weights.asked))
    refuse("starts from", weights_text(from), weights_text(weights.asked));
}

ChosenRecipe choose_for_data(const RunRequest& request, const fs::path& kept) {
  const auto asked = reading_recipe(request);
  auto data = open_data(asked);
  auto found = recipe_facts(data, request.source, asked.device);
  add_weights(found, data.train->channels(), request.weights);
  const auto choice = recipe::choose(found);
  auto recipe = recipe::parse(choice.recipe, kept.string(), request.sets);
  auto note = fmt::format("No recipe was given. Chosen for {} training images {}:\n{}",
                          grouped(found.images), recipe::targets_text(found.classes, found.values),
                          to_text(choice));
  if (request.save_choice) {
    if (kept.has_parent_path()) io::make_folder(kept.parent_path());
    io::write_atomically(kept, choice.recipe);
    note += fmt::format("Saved as {}; edit it there.\n", kept.string());
  }
  return {std::move(recipe), std::move(data), std::move(note)};
}

/// The recipe that was chosen before, or one that is chosen now.
/// @param request  whose source is data
ChosenRecipe of_data(const RunRequest& request) {
  data::check_path(request.source);  // recipes are UTF-8
  const auto kept = kept_file(request);
  if (!fs::exists(kept)) return choose_for_data(request, kept);
  refuse_other_choice(kept, request);
  return opened(
      recipe::load(kept, with_weights(request.sets, request.weights)),
      fmt::format("{}: using the recipe that was chosen before; remove it to choose a new one\n",
                  kept.string()));
}

}  // namespace

recipe::Recipe reading_recipe(const RunRequest& request) {
  // What is chosen, and may be of another kind than in the starter recipe.
  static constexpr std::array<std::string_view, 6> chosen{
      "data.augment", "data.sampling", "freeze", "loss", "model", "pretrained"};
  auto sets = request.sets;
  std::erase_if(sets, [](std::string_view edit) {
    return std::ranges::any_of(chosen, [&](std::string_view option) {
      return edit.starts_with(option) && (edit.size() == option.size() ||
                                          edit[option.size()] == '.' || edit[option.size()] == '=');
    });
  });
  return recipe::parse(recipe::starter(request.source), request.source, sets);
}

recipe::DataSummary recipe_facts(const data::Dataset& dataset, const std::string& source,
                                 recipe::Device device) {
  const auto& train = *dataset.train;
  const auto sizes = some_sizes(train, kLookedAt);
  if (sizes.empty())
    throw Error(
        Code::data, {.image = train.where(0)},
        fmt::format(
            "none of the {} sampled pictures can be read; `temper data check` lists the reasons",
            std::min(train.size(), kLookedAt)));
  std::vector<std::int64_t> sides;
  for (const auto& [height, width] : sizes) sides.push_back(std::min(height, width));
  const auto middle = sides.begin() + static_cast<std::ptrdiff_t>(sides.size() / 2);
  std::ranges::nth_element(sides, middle);
  return {.source = source,
          .images = train.size(),
          .classes = std::ssize(train.classes()),
          .values = std::ssize(train.value_names()),
          .labelled = labelled_images(train),
          .side = *middle,
          .same_size = dataset.height > 0 ||
                       std::ranges::all_of(sizes, [&](auto size) { return size == sizes.front(); }),
          .validation = dataset.validation != nullptr,
          .gpu = resolve_device(device).device == recipe::Device::cuda};
}

recipe::DataSummary recipe_facts(const data::Check& check, recipe::Device device) {
  const auto& train = check.sets.at(0);
  const auto& sizes = train.sizes;
  return {.source = check.source,
          .images = train.images,
          .classes = std::ssize(check.classes),
          .values = std::ssize(check.value_names),
          .labelled = check.value_names.empty() ? train.per_class
                                                : std::vector{train.images - train.unlabelled},
          .side = sizes.median_side,
          .same_size = sizes.smallest_height == sizes.largest_height &&
                       sizes.smallest_width == sizes.largest_width,
          .validation = check.sets.size() > 1 && check.sets[1].name == "validation",
          .gpu = resolve_device(device).device == recipe::Device::cuda};
}

void add_weights(recipe::DataSummary& found, std::int64_t channels,
                 const StartingWeights& weights) {
  if (!weights.asked.empty())
    found.pretrained = summary_of(weights.asked, channels);
  else if (!weights.for_photographs.empty() && found.side > recipe::kSmallImages)
    found.pretrained = summary_of(weights.for_photographs, channels);
}

bool has_default_recipe(const std::string& source, const StartingWeights& weights) {
  return source == kFashionMnist && weights.asked.empty();
}

std::optional<recipe::Choice> choice_for(const data::Check& check, const StartingWeights& weights) {
  if (!check.error.empty() || check.sets.empty()) return std::nullopt;
  const auto& training = check.sets.front();
  if (training.images == std::ssize(training.bad)) return std::nullopt;
  auto found = recipe_facts(check);
  add_weights(found, std::ssize(check.normalisation.mean), weights);
  return recipe::choose(found);
}

std::string to_text(const recipe::Choice& choice) {
  std::string text;
  for (const auto& [what, why] : choice.reasons) text += fmt::format("  {:<11} {}\n", what, why);
  return text;
}

nlohmann::ordered_json to_json(const recipe::Choice& choice) {
  nlohmann::ordered_json json;
  json["recipe"] = choice.recipe;
  for (const auto& [what, why] : choice.reasons) json["reasons"][what] = why;
  return json;
}

ChosenRecipe choose_recipe(const RunRequest& request) {
  const auto& source = request.source;
  const bool fashion_mnist = source.empty() || source == kFashionMnist;
  if (fashion_mnist && !request.weights.asked.empty()) {
    auto named = request;
    named.source = kFashionMnist;
    return of_data(named);
  }
  const auto edits = with_weights(request.sets, request.weights);
  if (fashion_mnist)
    return opened(recipe::parse(recipe::starter(kFashionMnist), "the default recipe", edits));
  if (!is_recipe(source)) return of_data(request);
  if (fs::path(source).extension() != ".toml" && !fs::exists(source))
    refuse_missing(source, "a recipe (.toml), ");
  return opened(recipe::load(source, edits));
}

std::string new_recipe(const std::string& source, const StartingWeights& weights,
                       const std::string& name) {
  if (has_default_recipe(source, weights)) return recipe::starter(source, name);
  if (source != kFashionMnist && !fs::exists(source)) refuse_missing(source, "");
  const auto data = data::open(source, {.memory = 0, .keep_bad = true});
  auto found = recipe_facts(data, source);
  found.name = name;
  add_weights(found, data.train->channels(), weights);
  return recipe::choose(found).recipe;
}

}  // namespace temper::train
