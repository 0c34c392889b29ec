#pragma once
#include <vector>

#include "temper/recipe/describe.h"

namespace temper::recipe {

/// All techniques and sections of a set of options at their defaults. The options must be a scratch
/// copy: optional techniques are switched on in it and off again.
std::vector<Technique> techniques(const Group& root);

/// The description of a set of options that is no part of a recipe: the given one with the options,
/// those of tables within it included.
Technique described(Technique technique, const Group& options);

}  // namespace temper::recipe
