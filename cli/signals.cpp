#include "signals.h"

#include <csignal>

namespace temper::cli {
namespace {

StopFlag stop_flag;  // NOLINT: a signal handler reaches nothing else

}  // namespace

const StopFlag& stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_flag.set(); };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return stop_flag;
}

}  // namespace temper::cli
