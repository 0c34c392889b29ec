#pragma once
#include <string>

#include "temper/data/file_source.h"
#include "temper/data/source.h"
#include "temper/recipe/recipe.h"

namespace temper::train {

/// The recipe's options for reading pictures.
data::FileOptions file_options(const recipe::Recipe& recipe);

/// The recipe's data set, from one source or several. Throws as data::open() does.
data::Dataset open_data(const recipe::Recipe& recipe);

/// The name of the recipe's data, for messages: "pictures", or "pictures + more".
std::string data_name(const recipe::Recipe& recipe);

}  // namespace temper::train
