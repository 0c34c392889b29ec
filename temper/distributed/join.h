#pragma once
#include <chrono>
#include <functional>
#include <future>
#include <thread>
#include <type_traits>
#include <utility>

#include "temper/distributed/board.h"
#include "temper/distributed/group.h"
#include "temper/distributed/ranks.h"

/// How the ranks find each other, before they are a Group.
namespace temper::distributed {

/// Does work that can't be interrupted in a thread of its own, and calls `look` every 20 ms until
/// it is done. Where that throws, so does this function, and the thread is left to itself: the work
/// must own all that it uses.
/// @return what the work returns
template <class Work>
std::invoke_result_t<Work> while_looking(Work work, const std::function<void()>& look) {
  std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
  auto result = task.get_future();
  std::thread thread(std::move(task));
  try {
    while (result.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) look();
  } catch (...) {
    thread.detach();
    throw;
  }
  thread.join();
  return result.get();
}

/// Throws Error{Code::stopped} where this process has been asked to stop.
void check_stop(const GroupOptions& options);

/// Waits until all ranks are in the store. Throws Error{Code::usage} where they are not within the
/// join_timeout, naming those that are missing, or where they do not belong together.
void meet(const Ranks& ranks, const GroupOptions& options, Board& board);

/// Says that this rank has a heartbeat, after meet(), and waits until all have one. Throws
/// Error{Code::io} naming those that have not within the rank_timeout.
void await_heartbeats(const Ranks& ranks, const GroupOptions& options, Board& board);

}  // namespace temper::distributed
