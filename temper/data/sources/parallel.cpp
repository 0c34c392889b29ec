#include "temper/data/sources/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "temper/core/processors.h"

namespace temper::data {

void for_each_index(std::size_t n, const std::function<void(std::size_t)>& work) {
  const auto threads = static_cast<std::size_t>(std::min<std::int64_t>(processors(), 8));
  for_each_index(n, threads, [&work](std::size_t i, std::size_t /*thread*/) { work(i); });
}

void for_each_index(std::size_t n, std::size_t threads,
                    const std::function<void(std::size_t index, std::size_t thread)>& work) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::size_t failed = n;
  std::exception_ptr error;
  const auto run = [&](std::size_t thread) {
    for (std::size_t i = next++; i < n; i = next++) try {
        work(i, thread);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (i < failed) {
          failed = i;
          error = std::current_exception();
        }
        next = n;
      }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t t = 1; t < std::min(threads, n); ++t) helpers.emplace_back(run, t);
    run(0);
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace temper::data
