#include "temper/train/open_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "temper/core/error.h"
#include "temper/data/prepare/labels.h"
#include "temper/data/sources/concat_source.h"
#include "temper/data/sources/open.h"
#include "temper/data/sources/values.h"
#include "temper/train/saved_model.h"

namespace temper::train {
namespace {

recipe::Recipe run_recipe(const std::filesystem::path& run) {
  const auto path = run / "recipe.toml";
  if (!std::filesystem::exists(path))
    throw Error(Code::usage, fmt::format("{}: no run (looked for {}); expected a run directory",
                                         run.string(), path.filename().string()));
  return recipe::load(path);
}

}  // namespace

data::FileOptions file_options(const recipe::Recipe& recipe) {
  const auto& data = recipe.data;
  data::FileOptions options;
  options.memory = data.memory << 20;
  options.hash_contents = data.hash_contents;
  options.decode = data.decode;
  options.exif_orientation = data.exif_orientation;
  options.read_timeout = data.read_timeout;
  options.keep_bad = data.on_bad_image == recipe::OnBadImage::skip;
  return options;
}

data::Dataset open_data(const recipe::Recipe& recipe) {
  const auto options = file_options(recipe);
  return recipe::with_places(recipe.places, [&] {
    if (recipe.data.sources.empty()) return data::open(recipe.data.source, options);
    std::vector<data::WeightedPath> sources;
    for (const auto& [source, weight] : recipe.data.sources) sources.push_back({source, weight});
    return data::open_several(sources, options);
  });
}

Plan open_plan(const recipe::Recipe& recipe) {
  return plan(recipe, open_data(recipe));
}

Plan open_run_plan(const std::filesystem::path& run) {
  return open_plan(run_recipe(run));
}

Plan open_run_plan(const std::filesystem::path& run, const augment::InputTransform& transform) {
  auto recipe = run_recipe(run);
  recipe.data.decode = transform.decode;
  recipe.data.exif_orientation = transform.exif_orientation;
  recipe.data.hash_contents = false;  // only a run compares them
  auto plan = open_plan(recipe);
  read_with(plan, transform);
  return plan;
}

namespace {

/// A plan to evaluate on the whole of a data set.
/// @param source  of which the names of the sources are used
Plan open_whole(const recipe::Data& source, const recipe::Recipe& of_run,
                const augment::InputTransform& transform) {
  // Nothing is trained, so the set may be of any size, and the loss is one for any targets.
  auto recipe =
      recipe::parse("", "the data", {"data.validation=0", "data.batch_size=1", "loss.kind=mse"});
  recipe.device = of_run.device;
  recipe.precision = of_run.precision;
  recipe.threads = of_run.threads;
  recipe.data.source = source.source;
  recipe.data.sources = source.sources;
  recipe.data.memory = of_run.data.memory;
  recipe.data.read_timeout = of_run.data.read_timeout;
  recipe.data.loader_threads = of_run.data.loader_threads;
  recipe.data.on_bad_image = of_run.data.on_bad_image;
  recipe.data.decode = transform.decode;
  recipe.data.exif_orientation = transform.exif_orientation;
  recipe.data.hash_contents = false;
  auto plan = open_plan(recipe);
  read_with(plan, transform);
  return plan;
}

}  // namespace

Plan open_training_plan(const std::filesystem::path& run,
                        const augment::InputTransform& transform) {
  const auto recipe = run_recipe(run);
  return open_whole(recipe.data, recipe, transform);
}

Plan open_other_plan(const std::string& source, const recipe::Recipe& of_run,
                     const augment::InputTransform& transform) {
  recipe::Data data;
  data.source = source;
  return open_whole(data, of_run, transform);
}

namespace {

/// The scale that takes values standardized by one scale to those standardized by another.
data::ValueScale between(const data::ValueScale& from, const data::ValueScale& to) {
  data::ValueScale scale;
  for (std::size_t k = 0; k < from.mean.size(); ++k) {
    scale.mean.push_back((to.mean[k] - from.mean[k]) / from.deviation[k]);
    scale.deviation.push_back(to.deviation[k] / from.deviation[k]);
  }
  return scale;
}

/// For messages: "classes", or "values of width, height".
std::string targets_text(const std::vector<std::string>& value_names) {
  return value_names.empty() ? "classes"
                             : fmt::format("values of {}", fmt::join(value_names, ", "));
}

/// The images with the targets that the model's outputs stand for.
/// @param scale  by which the set's values are standardized
std::shared_ptr<const data::Source> with_targets_of(const SavedModel& model,
                                                    std::shared_ptr<const data::Source> set,
                                                    const data::ValueScale& scale) {
  if (set->value_names() != model.value_names)
    throw Error(Code::usage,
                fmt::format("the data has {}, but the network was trained on {}",
                            targets_text(set->value_names()), targets_text(model.value_names)));
  if (model.value_names.empty()) return data::with_classes(std::move(set), model.classes);
  return data::standardised(std::move(set), between(scale, model.scale));
}

}  // namespace

Plan open_test_plan(const std::string& source, const SavedModel& model) {
  auto plan = open_other_plan(source, model.recipe, model.transform);
  try {
    for (auto* set : {&plan.train, &plan.probe, &plan.validation, &plan.test})
      if (*set) *set = with_targets_of(model, *set, plan.scale);
  } catch (const Error& error) {
    throw error.within({.file = source});
  }
  if (!plan.test) plan.test = plan.train;
  plan.scale = model.scale;
  plan.task = model.task;
  return plan;
}

std::string data_name(const recipe::Recipe& recipe) {
  if (recipe.data.sources.empty()) return recipe.data.source;
  std::string name;
  for (const auto& one : recipe.data.sources) name += (name.empty() ? "" : " + ") + one.source;
  return name;
}

}  // namespace temper::train
