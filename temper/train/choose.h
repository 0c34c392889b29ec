#pragma once
#include <string>

#include "temper/data/check.h"
#include "temper/data/source.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/starter.h"

namespace temper::train {

/// The facts that a recipe is chosen by: counts, and the sizes of a sample of evenly spaced
/// pictures, from their headers. Unreadable pictures are skipped.
/// @param source  as data.source
/// @param device  as device
recipe::DataSummary recipe_facts(const data::Dataset& dataset, const std::string& source,
                                 recipe::Device device = recipe::Device::automatic);

/// The same from the result of `temper data check`. There must be a training set.
recipe::DataSummary recipe_facts(const data::Check& check,
                                 recipe::Device device = recipe::Device::automatic);

/// The chosen options and the reasons, one per line.
std::string to_text(const recipe::Choice& choice);

}  // namespace temper::train
