#pragma once
#include <vector>

#include "temper/recipe/describe.h"

namespace temper::recipe {

/// Every technique and section that can be reached from a set of options at their defaults; the
/// options are a scratch copy, in which techniques that may be left out are switched on and off
/// again.
std::vector<Technique> techniques(const Group& root);

}  // namespace temper::recipe
