#pragma once
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/recipe/complete.h"
#include "temper/recipe/describe.h"

namespace temper::study {

/// The sections of a study file, as recipe::catalogue() describes those of a recipe: "study",
/// "row", "length" and "claim", all of the category "study".
std::vector<recipe::Technique> sections();

/// How an edit of a study that is being typed may continue: the keys of its file, and after "base."
/// those of its base recipe.
recipe::EditCompletion complete_study_edit(std::string_view typed);
/// The same for another file that has a base recipe.
/// @param keys  of the file
recipe::EditCompletion complete_edit_with_base(std::string_view typed, const Group& keys);

}  // namespace temper::study
