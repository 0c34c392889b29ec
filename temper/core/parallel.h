#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>

#include "temper/core/team.h"

namespace temper {

/// Calls body(first, last) for parts that together are [0, count), on the threads of LibTorch's
/// parallel loops. Throws what a body has thrown, when all have returned.
/// @param grain  smallest number of elements in a part, except the last
template <class Body>
void parallel_for(std::int64_t count, std::int64_t grain, const Body& body) {
  if (count <= 0) return;
  if (count <= grain) return body(std::int64_t{0}, count);
  struct Call {
    const Body& body;
    std::int64_t count = 0;
    std::int64_t grain = 1;
    std::atomic_flag failed = ATOMIC_FLAG_INIT;
    std::exception_ptr error = nullptr;
  } call{.body = body, .count = count, .grain = std::max<std::int64_t>(grain, 1)};
  temper_run_team(
      0,
      [](void* context, int thread, int threads) {
        auto& whole = *static_cast<Call*>(context);
        const auto parts =
            std::min<std::int64_t>(threads, (whole.count + whole.grain - 1) / whole.grain);
        const auto each = (whole.count + parts - 1) / parts;
        const auto first = thread * each;
        if (first >= whole.count) return;
        try {
          whole.body(first, std::min(whole.count, first + each));
        } catch (...) {
          if (!whole.failed.test_and_set()) whole.error = std::current_exception();
        }
      },
      &call);
  if (call.error) std::rethrow_exception(call.error);
}

}  // namespace temper
