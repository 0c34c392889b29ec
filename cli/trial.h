#pragma once
#include <string>

namespace temper::cli {

/// `temper __trial FOLDER`, which a study starts for each of its trials (study/engine/run_trial.h).
/// Throws the errors of the trial, and Error{Code::stopped} after saving on request.
void run_trial(const std::string& folder);

}  // namespace temper::cli
