#pragma once
#include <string>

#include "temper/train/assess.h"
#include "temper/train/saved_model.h"

namespace temper::report {

/// An assessment as lines for a terminal.
/// @param model      that was assessed, for the names of its classes or targets and of its weights
/// @param split      that it was assessed on
/// @param per_class  with precision and recall of every class
std::string to_text(const train::Assessment& assessment, const train::SavedModel& model,
                    const std::string& split, bool per_class = false);

}  // namespace temper::report
