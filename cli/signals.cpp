#include "signals.h"

#include <csignal>

namespace temper::cli {
namespace {

StopFlag stop_flag;  // NOLINT: a signal handler reaches nothing else

void stop_on(int signal, int flags) {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_flag.set(); };
  action.sa_flags = SA_RESTART | flags;
  sigaction(signal, &action, nullptr);
}

}  // namespace

const StopFlag& stop_on_signals() {
  stop_on(SIGINT, SA_RESETHAND);
  stop_on(SIGTERM, SA_RESETHAND);
  return stop_flag;
}

const StopFlag& stop_trial_on_signals() {
  stop_on(SIGINT, SA_RESETHAND);
  stop_on(SIGTERM, 0);
  return stop_flag;
}

}  // namespace temper::cli
