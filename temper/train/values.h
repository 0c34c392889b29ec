#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"
#include "temper/data/sources/values.h"
#include "temper/recipe/recipe.h"

/// Regression: runs with numeric targets ("values") in place of classes. Their data sets are
/// standardized with the training set's mean and deviation (data/sources/values.h) first, so
/// batches, the network and its losses are in standard deviations; reports and written predictions
/// are in the targets' own units.
namespace temper::train {

/// Rejects options for classification in a recipe for regression targets. Throws Error{Code::usage}
/// with the option, its value and the expected values.
void check_regression(const recipe::Recipe& recipe);

/// The targets of image i in their units; empty where it has none.
/// @param source  one of a plan's sets
/// @param scale   the plan's
std::vector<double> in_units(const data::Source& source, std::int64_t i,
                             const data::ValueScale& scale);

/// The target of image i as text: its class, its regression targets, or "no label".
std::string target_text(const data::Source& source, std::int64_t i, const data::ValueScale& scale);

}  // namespace temper::train
