#pragma once
#include <cstdint>
#include <string>

#include "temper/report/html.h"
#include "temper/report/run.h"

/// Class names are names of a user's folders: of any length, in any script, left-to-right or
/// right-to-left.
namespace temper::report {

/// The name of a class, which page.css truncates after three lines; the tooltip has all of it.
Html class_label(const Run& run, std::int64_t index);

/// The name within a sentence of plain text: between U+2068 and U+2069, so that its text direction
/// does not affect the rest of the sentence.
std::string isolated_class(const Run& run, std::int64_t index);

}  // namespace temper::report
