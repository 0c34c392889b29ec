#pragma once
#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/recipe/text.h"

namespace temper::recipe::testing {

/// Gives every option behind the view a random value in its range, and some numbers a schedule.
void randomise(const Group& options, Random& random, Schedules& schedules,
               const std::string& path = "");

}  // namespace temper::recipe::testing
