#include "temper/train/choose_evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "temper/core/error.h"
#include "temper/train/evaluation_input.h"

namespace temper::train {
namespace {

constexpr std::string_view kViews = "evaluation.tta";
constexpr std::array<std::string_view, 4> kReading{
    "evaluation.size", "evaluation.crop_ratio", "evaluation.interpolation", "evaluation.antialias"};

bool is_about_reading(const recipe::Difference& one) {
  return std::ranges::find(kReading, one.path) != kReading.end();
}

/// The model's transform with the options of another recipe's evaluation.
augment::InputTransform read_as(const SavedModel& model, const recipe::Recipe& recipe) {
  const auto& own = model.transform;
  const auto network = own.network_size();
  auto transform = evaluation_input(recipe, model.task.channels,
                                    own.keep_same_size ? network : augment::Size{}, network);
  transform.decode = own.decode;
  transform.exif_orientation = own.exif_orientation;
  transform.normalisation = own.normalisation;
  return transform;
}

}  // namespace

void choose_evaluation(SavedModel& model, const std::filesystem::path& run,
                       const std::vector<std::string>& sets) {
  if (sets.empty()) return;
  const auto file = run / "recipe.toml";
  const auto edited = std::filesystem::exists(file)
                          ? recipe::load(file, sets)
                          : recipe::parse(recipe::to_toml(model.recipe), run.string(), sets);
  const auto differences = recipe::differences(model.recipe, edited);
  for (const auto& one : differences)
    if (!is_about_reading(one) && !one.path.starts_with(kViews))
      throw Error(Code::usage, recipe::place(edited.places, one.path),
                  fmt::format("{} is an option of the training; expected evaluation.size, "
                              "crop_ratio, interpolation, antialias or tta",
                              one.path));
  const bool reads_otherwise = std::ranges::any_of(differences, is_about_reading);
  recipe::with_places(edited.places, [&] {
    if (reads_otherwise) model.transform = read_as(model, edited);
    choose_tta(model, run, edited.evaluation.tta);
  });
  model.recipe.evaluation = edited.evaluation;
  if (!reads_otherwise) return;
  model.reads_as_its_run = false;
  model.temperature.reset();
}

}  // namespace temper::train
