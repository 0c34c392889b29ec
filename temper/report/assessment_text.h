#pragma once
#include <string>

#include "temper/evaluate/assess.h"

namespace temper::report {

/// An assessment as lines for a terminal.
/// @param per_class  with precision and recall of every class
std::string to_text(const evaluate::Assessment& assessment, bool per_class = false);

}  // namespace temper::report
