#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "temper/recipe/describe.h"

namespace temper::recipe {

/// All techniques and sections of a set of options at their defaults. The options must be a scratch
/// copy: optional techniques are switched on in it and off again.
std::vector<Technique> techniques(const Group& root);

/// What to tell a reader who wrote a technique's name where it does not belong: "it is a
/// technique of mixing.methods; see `temper explain mixup`". "" where no technique of the options
/// or several have the name. The options must be a scratch copy, as above.
std::string place_text(const Group& root, std::string_view name);

/// The description of a set of options that is no part of a recipe: the given one with the options,
/// those of tables within it included.
Technique described(Technique technique, const Group& options);

}  // namespace temper::recipe
