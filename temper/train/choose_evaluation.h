#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "temper/train/saved_model.h"

namespace temper::train {

/// Makes a saved model read pictures, and show them in views, as edits of its recipe's `evaluation`
/// say, such as "evaluation.size=288". Where pictures are then read otherwise than in the run, the
/// model has no temperature. Throws Error{Code::usage} for edits of other options, and for values
/// that the model does not allow.
void choose_evaluation(SavedModel& model, const std::filesystem::path& run,
                       const std::vector<std::string>& sets);

}  // namespace temper::train
