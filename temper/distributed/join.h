#pragma once
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
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

/// Gives the entries of the ranks' store whose keys begin with a prefix.
using Boards = std::function<std::unique_ptr<Board>(const std::string& prefix)>;

/// Where the ranks have met.
struct Meeting {
  std::string prefix;            ///< of the keys that these ranks use
  std::unique_ptr<Board> board;  ///< their entries
};

/// Waits until all ranks are in the store. Throws Error{Code::usage} where they are not within the
/// join_timeout, naming those that are missing, or where they do not belong together, and the error
/// of a rank that has ended meanwhile. It tells the others an error of its own.
///
/// Rank 0 begins a meeting under a new number each time, and decides when it is complete. A store
/// of the launcher has those of earlier starts, too, and a rank may be there before rank 0: it
/// enters the last meeting, as soon as it sees that rank 0 waits in it. It begins again where rank
/// 0 has begun another one, or where there is a rank of its number already: that of an earlier
/// start.
Meeting meet(const Ranks& ranks, const GroupOptions& options, const Boards& boards);

/// Says that this rank has a heartbeat, after meet(), and waits until all have one. Throws
/// Error{Code::io} naming those that have not within the rank_timeout, or as meet().
void await_heartbeats(const Ranks& ranks, const GroupOptions& options, Board& board);

}  // namespace temper::distributed
