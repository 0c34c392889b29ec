#pragma once
#include <optional>

#include "temper/report/inspection.h"
#include "temper/report/run.h"

/// inspection.safetensors, with which a page that is written again shows what was measured on
/// request for an earlier one.
namespace temper::report {

/// Saves what was measured of the weights in run.weights_file(), if the log says which they are.
/// Throws Error{Code::io}.
void save_inspection(const Run& run, const Inspection& inspection);

/// What was saved for the weights as they are now, without the templates and the directions of the
/// projections; nothing for other weights. A damaged file is added to the run's problems.
Inspection saved_inspection(Run& run);

/// What was measured, and of an earlier inspection what wasn't measured again.
Inspection merged(Inspection measured, Inspection earlier);

}  // namespace temper::report
