#pragma once
#include <cstdint>
#include <string>

#include "temper/report/html.h"
#include "temper/report/run.h"

/// Class names are the names of a user's folders: of any length, in any script, in either
/// direction.
namespace temper::report {

/// The name of a class, which page.css cuts after three lines; whole as its tooltip.
Html class_label(const Run& run, std::int64_t index);

/// The name within a sentence of plain text: between U+2068 and U+2069, so that a direction that it
/// sets ends with it.
std::string isolated_class(const Run& run, std::int64_t index);

}  // namespace temper::report
