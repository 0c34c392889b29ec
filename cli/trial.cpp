#include "trial.h"

#include "signals.h"
#include "temper/core/error.h"
#include "temper/study/engine/run_trial.h"

namespace temper::cli {

void run_trial(const std::string& folder) {
  if (!study::run_trial(folder, stop_trial_on_signals()))
    throw Error(Code::stopped, "the trial was stopped and saved");
}

}  // namespace temper::cli
