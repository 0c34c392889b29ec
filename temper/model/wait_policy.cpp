#include "temper/model/wait_policy.h"

#if defined(_OPENMP)
#include <omp.h>
#endif

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stop_token>
#include <thread>

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
  std::int64_t nanoseconds = 0;
  int threads = 0;
};

/// Of the threads that a parallel loop of the calling thread runs on.
Delay delay_of_team() {
  std::int64_t nanoseconds = 0;
  int threads = 0;
#if defined(_OPENMP)
#pragma omp parallel reduction(+ : nanoseconds, threads)
#endif
  {
    nanoseconds += delay_of_this_thread();
    threads += 1;
  }
  return {nanoseconds, threads};
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
  static void hold([[maybe_unused]] int threads, const std::stop_token& stop) {
#if defined(_OPENMP)
#pragma omp parallel num_threads(std::max(omp_get_num_procs() - threads, 0) + 2)
    {
      asm volatile("");  // an empty region would be optimized away
    }
#endif
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait(lock, stop, [] { return false; });
  }

  std::jthread thread_;
};

WaitPolicy::WaitPolicy(bool user_set) : enabled_(!user_set && supported()) {}
WaitPolicy::~WaitPolicy() = default;

bool WaitPolicy::supported() {
#if defined(_OPENMP)
  return delay_of_this_thread() >= 0;
#else
  return false;
#endif
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
  const auto delay = delay_of_team();
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
