#pragma once
#include <string>

#include "temper/train/diff.h"

namespace temper::report {

/// The differences between two runs as lines for a terminal.
std::string to_text(const train::RunDifferences& differences);

}  // namespace temper::report
