#pragma once
#include <filesystem>

#include "temper/core/stop_flag.h"

namespace temper::study {

/// The hidden command that trains and measures a trial: `temper __trial FOLDER`.
inline constexpr auto kTrialCommand = "__trial";

/// Trains the trial in a TrialFolder, or goes on where an earlier process was stopped, measures its
/// network, and stores the result in the folder. The test set is not part of the plan unless the
/// trial scores it, and in no case while the network is trained. A run that ends because a number
/// is not finite has a result, with the outcome kDiverged. A trial with Trial::until_epoch makes
/// one step more than that, since a run that is stopped evaluates nothing after its last step.
///
/// Throws the errors of run::run() and evaluate::assess(), except those.
/// @return false: stopped on request, after saving
bool run_trial(const std::filesystem::path& path, const StopFlag& stop);

}  // namespace temper::study
