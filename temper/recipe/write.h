#pragma once
#include <string>

#include "temper/core/fields.h"
#include "temper/recipe/text.h"

namespace temper::recipe {

/// All options with their values as a TOML document, with their meanings as comments. Binding the
/// document gives equal options.
std::string document(const Group& root, const Schedules& schedules);

}  // namespace temper::recipe
