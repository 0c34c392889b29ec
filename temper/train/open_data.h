#pragma once
#include <string>

#include "temper/data/file_source.h"
#include "temper/data/source.h"
#include "temper/recipe/recipe.h"

namespace temper::train {

/// How a recipe wants its pictures read.
data::FileOptions file_options(const recipe::Recipe& recipe);

/// The data that a recipe names, one source or several. Throws as data::open() does.
data::Dataset open_data(const recipe::Recipe& recipe);

/// What a recipe calls its data, for messages: "pictures", or "pictures + more".
std::string data_name(const recipe::Recipe& recipe);

}  // namespace temper::train
