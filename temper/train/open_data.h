#pragma once
#include <filesystem>
#include <string>

#include "temper/data/sources/file_source.h"
#include "temper/data/sources/source.h"
#include "temper/recipe/recipe.h"
#include "temper/train/plan.h"

namespace temper::train {

struct SavedModel;

/// The recipe's options for reading pictures.
data::FileOptions file_options(const recipe::Recipe& recipe);

/// The recipe's data set, from one source or several. Throws as data::open() does.
data::Dataset open_data(const recipe::Recipe& recipe);

/// The plan of a recipe, with its data.
Plan open_plan(const recipe::Recipe& recipe);

/// The plan of an earlier run: of the recipe in its directory, with the data as it is now. Throws
/// Error{Code::usage} when the directory holds no run.
Plan open_run_plan(const std::filesystem::path& run);

/// The plan of an earlier run to evaluate a saved model with: images are read with the model's
/// transform, whatever the recipe and the data have become.
Plan open_run_plan(const std::filesystem::path& run, const augment::InputTransform& transform);

/// A plan to evaluate a run's model on the whole training set of its data: the images that the run
/// holds out for validation, or leaves out for data.limit or data.labelled, are among the training
/// images. Throws Error{Code::usage} when the directory holds no run.
Plan open_training_plan(const std::filesystem::path& run, const augment::InputTransform& transform);

/// A plan to evaluate a run's model on another data set, which need not have the run's classes:
/// with the run's device, precision and options of reading, all training images in the training
/// set, and the model's transform. Throws as data::open() and plan() do.
/// @param source  as data.source in a recipe
Plan open_other_plan(const std::string& source, const recipe::Recipe& of_run,
                     const augment::InputTransform& transform);

/// A plan to evaluate a saved model on another data set, with labels of the model's classes, which
/// are found by their names, or with values of its regression targets. Where the data has no test
/// set, its training set takes that place. Otherwise as open_other_plan(). Throws also
/// Error{Code::usage} where the set has a class that the model does not have, or other targets.
/// @param source  as data.source in a recipe
Plan open_test_plan(const std::string& source, const SavedModel& model);

/// The name of the recipe's data, for messages: "pictures", or "pictures + more".
std::string data_name(const recipe::Recipe& recipe);

}  // namespace temper::train
