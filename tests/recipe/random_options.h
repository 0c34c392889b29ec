#pragma once
#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/recipe/text.h"

namespace temper::recipe::testing {

/// Sets every option behind the view to a random value in its range, and some numbers to a
/// schedule.
void randomise(const Group& options, Random& random, Schedules& schedules,
               const std::string& path = "");

}  // namespace temper::recipe::testing
