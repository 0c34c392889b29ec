#include "temper/model/wait_policy.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stop_token>
#include <thread>

#include "temper/core/team.h"

namespace temper::model {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(250);
// Parts of the threads' time that they were ready to run without running.
constexpr double kContended = 0.08;
constexpr double kAlone = 0.02;

/// Nanoseconds that the calling thread has waited for a processor so far; -1 if that is unknown.
std::int64_t delay_of_this_thread() {
  const int file = ::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  std::array<char, 128> text{};
  const auto size = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  if (size <= 0) return -1;
  char* rest = nullptr;
  std::strtoll(text.data(), &rest, 10);  // nanoseconds on a processor
  return std::strtoll(rest, nullptr, 10);
}

struct Delay {
  std::atomic<std::int64_t> nanoseconds = 0;
  std::atomic<int> threads = 0;
};

/// Adds that of the threads that a parallel loop of the calling thread runs on.
void add_delay_of_team(Delay& delay) {
  temper_run_team(
      0,
      [](void* context, int /*thread*/, int /*threads*/) {
        auto& sum = *static_cast<Delay*>(context);
        sum.nanoseconds += delay_of_this_thread();
        ++sum.threads;
      },
      &delay);
}

}  // namespace

/// A team of OpenMP threads that do nothing. While it exists libgomp has more threads than
/// processors, and then every thread spins 100 times before it sleeps (GOMP_SPINCOUNT in libgomp's
/// manual).
class WaitPolicy::IdleTeam {
 public:
  /// @param threads  of the team that computes
  explicit IdleTeam(int threads)
      : thread_([threads](const std::stop_token& stop) { hold(threads, stop); }) {}

 private:
  static void hold(int threads, const std::stop_token& stop) {
    temper_run_team(
        std::max(temper_team_processors() - threads, 0) + 2,
        [](void* /*context*/, int /*thread*/, int /*threads*/) {}, nullptr);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait(lock, stop, [] { return false; });
  }

  std::jthread thread_;
};

WaitPolicy::WaitPolicy(bool user_set) : enabled_(!user_set && supported()) {}
WaitPolicy::~WaitPolicy() = default;

bool WaitPolicy::supported() {
  return temper_team_processors() > 0 && delay_of_this_thread() >= 0;
}

WaitPolicy& WaitPolicy::of_this_thread() {
  thread_local WaitPolicy policy;
  return policy;
}

bool WaitPolicy::set_by_user() {
  return std::getenv("OMP_WAIT_POLICY") != nullptr ||  // NOLINT(concurrency-mt-unsafe)
         std::getenv("GOMP_SPINCOUNT") != nullptr;     // NOLINT(concurrency-mt-unsafe)
}

void WaitPolicy::adapt() {
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::nanoseconds passed = now - measured_;
  if (!enabled_ || passed < kInterval) return;
  Delay delay;
  add_delay_of_team(delay);
  const auto added = delay.nanoseconds - delay_;
  const bool first = measured_ == std::chrono::steady_clock::time_point();
  measured_ = now;
  delay_ = delay.nanoseconds;
  if (first || delay.threads < 2) return;
  const double part =
      static_cast<double>(added) / (static_cast<double>(passed.count()) * delay.threads);
  if (!sleeps() && part > kContended)
    idle_team_ = std::make_unique<IdleTeam>(delay.threads);
  else if (sleeps() && part < kAlone)
    idle_team_ = nullptr;
}

}  // namespace temper::model
