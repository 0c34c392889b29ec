#include "temper/model/contention.h"

#include <ATen/Parallel.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <iterator>
#include <mutex>
#include <numeric>
#include <stop_token>
#include <thread>
#include <utility>

#include "temper/core/team.h"

namespace temper::model {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(250);
// Parts of a thread's time that it was ready to run without running.
constexpr double kAlone = 0.02;
constexpr double kContended = 0.08;
// Two threads of which one has half of a processor wait for a quarter of the time.
constexpr double kCrowded = 0.35;

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

/// Those of the threads that a parallel loop of the calling thread runs on.
std::vector<std::int64_t> delays_of_team() {
  std::vector<std::int64_t> delays(static_cast<std::size_t>(at::get_num_threads()), -1);
  temper_run_team(
      static_cast<int>(delays.size()),
      [](void* context, int thread, int /*threads*/) {
        auto& of_thread = *static_cast<std::vector<std::int64_t>*>(context);
        of_thread.at(static_cast<std::size_t>(thread)) = delay_of_this_thread();
      },
      &delays);
  return delays;
}

/// That the calling thread may run on; none where that is unknown.
cpu_set_t processors_of_this_thread() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  return set;
}

/// The n-th one of a set.
cpu_set_t nth(const cpu_set_t& set, int n) {
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int processor = 0; processor < CPU_SETSIZE; ++processor)
    if (CPU_ISSET(processor, &set) && n-- == 0) CPU_SET(processor, &one);
  return one;
}

/// New threads get these processors, not those of the thread that starts them.
void give_to_new_threads(const cpu_set_t& processors) {
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return;
  ::pthread_getattr_default_np(&attributes);
  ::pthread_attr_setaffinity_np(&attributes, sizeof processors, &processors);
  ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

}  // namespace

/// A team of OpenMP threads that do nothing. While it exists libgomp has more threads than
/// processors, and then every thread spins 100 times before it sleeps (GOMP_SPINCOUNT in libgomp's
/// manual).
class ContentionPolicy::IdleTeam {
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

ContentionPolicy::ContentionPolicy(bool user_set) : enabled_(!user_set && supported()) {}
ContentionPolicy::~ContentionPolicy() {
  release();
}

bool ContentionPolicy::supported() {
  return temper_team_processors() > 0 && delay_of_this_thread() >= 0;
}

ContentionPolicy& ContentionPolicy::of_this_thread() {
  thread_local ContentionPolicy policy;
  return policy;
}

bool ContentionPolicy::set_by_user() {
  constexpr std::array kVariables{"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_PROC_BIND",
                                  "OMP_PLACES", "GOMP_CPU_AFFINITY"};
  return std::ranges::any_of(kVariables, [](const char* name) {
    return std::getenv(name) != nullptr;  // NOLINT(concurrency-mt-unsafe)
  });
}

bool ContentionPolicy::separate(std::size_t threads) {
  const auto processors = processors_of_this_thread();
  if (static_cast<std::size_t>(CPU_COUNT(&processors)) != threads) return false;
  give_to_new_threads(processors);
  processors_ = processors;
  temper_run_team(
      static_cast<int>(threads),
      [](void* context, int thread, int /*threads*/) {
        const auto one = nth(*static_cast<const cpu_set_t*>(context), thread);
        ::sched_setaffinity(0, sizeof one, &one);
      },
      &*processors_);
  return true;
}

void ContentionPolicy::release() {
  if (!processors_) return;
  temper_run_team(
      CPU_COUNT(&*processors_),
      [](void* context, int thread, int /*threads*/) {
        const auto& all = *static_cast<const cpu_set_t*>(context);
        const auto now = processors_of_this_thread();
        const auto one = nth(all, thread);
        if (CPU_EQUAL(&now, &one))
          ::sched_setaffinity(0, sizeof all, &all);  // no one else's choice
      },
      &*processors_);
  processors_.reset();
}

void ContentionPolicy::adapt() {
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::nanoseconds passed = now - measured_;
  if (!enabled_ || passed < kInterval) return;
  const auto before = std::exchange(delays_, delays_of_team());
  measured_ = now;
  if (delays_.size() < 2 || before.size() != delays_.size()) return;
  std::vector<double> parts;
  std::ranges::transform(delays_, before, std::back_inserter(parts), [&](auto after, auto earlier) {
    return static_cast<double>(after - earlier) / static_cast<double>(passed.count());
  });
  const double most = std::ranges::max(parts);
  const double mean = std::reduce(parts.begin(), parts.end()) / static_cast<double>(parts.size());
  if (most < kAlone) {
    release();
    idle_team_ = nullptr;
  } else if (most > kContended && !separates() && separate(parts.size())) {
    return;  // that may be enough
  } else if (!sleeps() && mean > (separates() ? kCrowded : kContended)) {
    idle_team_ = std::make_unique<IdleTeam>(static_cast<int>(parts.size()));
  }
}

}  // namespace temper::model
