#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "temper/data/source.h"
#include "temper/data/values.h"
#include "temper/recipe/recipe.h"

/// Runs that learn values in place of classes. Their sets are standardised by the training set's
/// values (data/values.h) before anything else sees them, so batches, the network and its losses
/// are in standard deviations; what is told to people and written beside predictions is in the
/// values' own units.
namespace temper::train {

/// What is about classes has no place where values are learned. Throws Error{Code::usage} naming
/// the option, what it holds and what is expected.
void check_for_values(const recipe::Recipe& recipe);

/// The values of image i in their units; empty: without.
/// @param source  one of a plan's sets
/// @param scale   the plan's
std::vector<double> in_units(const data::Source& source, std::int64_t i,
                             const data::ValueScale& scale);

/// What there is to learn about image i, for people: its class, its values, "no label".
std::string truth_text(const data::Source& source, std::int64_t i, const data::ValueScale& scale);

}  // namespace temper::train
