#pragma once
#include <string>
#include <vector>

#include "temper/recipe/recipe.h"

namespace temper::recipe {

/// An option whose first effect lies beyond the end of the run.
struct Late {
  std::string path;  ///< "averaging.0.every"
  Onset onset;
};

/// Those of the techniques that are switched on, and of the schedules.
std::vector<Late> late_options(const Recipe& recipe, const schedule::Horizon& horizon);

/// What is so without the effect, the steps that it needs, and what to do.
std::string to_text(const Late& late);

}  // namespace temper::recipe
