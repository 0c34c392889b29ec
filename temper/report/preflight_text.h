#pragma once
#include <string>

#include "temper/cost/estimate.h"
#include "temper/cost/preflight.h"

/// What is known before a run, for a terminal.
namespace temper::report {

/// The estimated cost of a run, in lines.
std::string to_text(const cost::Estimate& estimate, const train::Plan& plan);

/// Whether the network can overfit a batch, on one line without a line break at the end.
std::string to_text(const cost::Overfit& result, bool regression);

}  // namespace temper::report
