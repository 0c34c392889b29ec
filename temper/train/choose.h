#pragma once
#include <string>

#include "temper/data/check.h"
#include "temper/data/source.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/starter.h"

namespace temper::train {

/// What a choice of recipe goes by: counts, and sizes of some of the pictures at equal distances,
/// by their headers. Pictures that can't be read are passed over.
/// @param source  as data.source
/// @param device  that will be asked for
recipe::Found look_at(const data::Dataset& dataset, const std::string& source,
                      recipe::Device device = recipe::Device::automatic);

/// The same from what `temper data check` has found out. There must be a training set.
recipe::Found look_at(const data::Check& check, recipe::Device device = recipe::Device::automatic);

/// A choice for people: what was chosen, and why, a line each.
std::string to_text(const recipe::Choice& choice);

}  // namespace temper::train
