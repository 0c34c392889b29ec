#pragma once
#include <filesystem>
#include <string>

#include "temper/recipe/recipe.h"

namespace temper::train {

/// The file of a run's weights. Throws Error{Code::usage} where there are no such weights, and as
/// verify_checkpoint() does.
/// @param weights  as for load_model(); "" becomes the name of those evaluated on the test set
/// @param recipe   of the run
std::filesystem::path weights_file(const std::filesystem::path& run, std::string& weights,
                                   const recipe::Recipe& recipe);

}  // namespace temper::train
