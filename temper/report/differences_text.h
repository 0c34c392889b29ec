#pragma once
#include <string>

#include "temper/run/diff.h"

namespace temper::report {

/// The differences between two runs as lines for a terminal.
std::string to_text(const run::RunDifferences& differences);

}  // namespace temper::report
