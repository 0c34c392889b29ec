#pragma once
#include <string>

#include "temper/core/fields.h"
#include "temper/recipe/text.h"

namespace temper::recipe {

/// Every option with its value as a TOML document, meanings as comments. Binding it gives equal
/// options.
std::string document(const Group& root, const Schedules& schedules);

}  // namespace temper::recipe
