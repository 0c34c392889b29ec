#include "temper/train/check_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/printable.h"
#include "temper/train/choose.h"
#include "temper/train/harm.h"
#include "temper/train/open_data.h"
#include "temper/train/plan.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;

bool is_recipe(const std::string& source) {
  return fs::path(source).extension() == ".toml" && !fs::is_directory(source);
}

/// The recipe's data, of which no more is read than opening needs. Bad images are part of it.
data::Dataset opened(recipe::Recipe recipe) {
  recipe.data.memory = 0;
  recipe.data.hash_contents = false;
  recipe.data.on_bad_image = recipe::OnBadImage::skip;
  return open_data(recipe);
}

data::Check checked(const recipe::Recipe& recipe, const data::CheckOptions& options) {
  auto with = options;
  with.files = file_options(recipe);
  if (recipe.data.sources.empty()) return data::check(recipe.data.source, with);
  return data::check(opened(recipe), data_name(recipe), with);
}

/// The kinds of pictures that the check has found in the training set.
std::vector<augment::PictureKind> kinds_of(const data::Check& check) {
  const auto& training = check.sets.front();
  const auto readable = training.images - std::ssize(training.bad);
  std::vector<augment::PictureKind> kinds;
  for (const auto size : training.sizes.telling)
    kinds.push_back({size, std::ssize(check.normalisation.mean), 2 * training.gray > readable});
  return kinds;
}

std::vector<std::string> warnings_of(const recipe::Recipe& recipe, const data::Check& check) {
  if (!check.error.empty() || check.sets.empty()) return {};
  const auto kinds = kinds_of(check);
  if (kinds.empty()) return {};
  auto planned = recipe;
  planned.data.on_bad_image = recipe::OnBadImage::stop;
  std::vector<std::string> warnings;
  const auto of_augmentation = [&] {
    // The plan reads no image: neither to measure the normalization nor to leave out bad ones.
    auto data = opened(recipe);
    data.normalisation = check.normalisation;
    return augmentation_warnings(plan(planned, data), kinds);
  };
  try {
    return of_augmentation();
  } catch (const Error& error) {
    if (error.code() == Code::internal) throw;
    warnings.push_back(fmt::format("the recipe can't be trained on this data: {}", error.what()));
    if (error.where().option != "data.batch_size") return warnings;
  }
  // A batch that is too large says nothing about the augmentation.
  planned.data.batch = planned.data.micro_batches = 1;
  planned.data.batch_per_rank = 0;
  try {
    std::ranges::move(of_augmentation(), std::back_inserter(warnings));
  } catch (const Error& error) {  // the small batch may be refused for other reasons
    if (error.code() == Code::internal) throw;
  }
  return warnings;
}

}  // namespace

DataCheck check_data(const std::string& source, const std::vector<std::string>& sets,
                     const data::CheckOptions& options, const StartingWeights& weights) {
  if (is_recipe(source)) {
    const auto recipe = recipe::load(source, with_weights(sets, weights));
    DataCheck result{.check = checked(recipe, options)};
    result.warnings = warnings_of(recipe, result.check);
    return result;
  }
  auto with = options;
  // The check itself reports a path that a recipe can't hold.
  if (is_utf8(source)) with.files = file_options(reading_recipe({.source = source, .sets = sets}));
  DataCheck result{.check = data::check(source, with)};
  if (has_default_recipe(source, weights)) {
    result.warnings = warnings_of(
        recipe::parse(recipe::starter(source), "the default recipe", sets), result.check);
    return result;
  }
  result.choice = choice_for(result.check, weights);
  if (result.choice)
    result.warnings =
        warnings_of(recipe::parse(result.choice->recipe, "the chosen recipe", sets), result.check);
  return result;
}

std::string to_text(const DataCheck& checked) {
  auto text = data::to_text(checked.check);
  for (const auto& warning : checked.warnings)
    text += fmt::format("warning: {}\n", printable(warning));
  if (checked.choice)
    text += fmt::format("`temper train {}` would choose:\n{}", printable(checked.check.source),
                        to_text(*checked.choice));
  return text;
}

nlohmann::ordered_json to_json(const DataCheck& checked) {
  auto json = data::to_json(checked.check);
  json["warnings"] = checked.warnings;
  if (checked.choice) json.update(to_json(*checked.choice));
  return json;
}

}  // namespace temper::train
