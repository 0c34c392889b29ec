#include "temper/distributed/join.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/distributed/lost.h"
#include "temper/distributed/pulse.h"

namespace temper::distributed {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{20};
constexpr std::int64_t kRanksAtOnce = 64;           ///< that all look so often
constexpr std::chrono::milliseconds kToTell{2000};  ///< that rank 0 gives the others to read
constexpr const char* kRoot = "temper";             ///< prefix of the number of meetings
constexpr const char* kMeetings = "meetings";
constexpr const char* kWaits = "waits";      ///< a number that grows while rank 0 waits for others
constexpr const char* kRefused = "refused";  ///< why a rank of another job is refused
constexpr const char* kComplete = "complete";
constexpr const char* kAlive = "alive";  ///< all ranks have a heartbeat

/// Between two looks at the store.
void pause(const Ranks& ranks) {
  std::this_thread::sleep_for(kPause * std::max<std::int64_t>(1, ranks.size / kRanksAtOnce));
}

std::string prefix_of(std::int64_t meeting) {
  return fmt::format("{}/meeting-{}", kRoot, meeting);
}

std::string present_key(std::int64_t rank) {
  return fmt::format("rank/{}", rank);
}

std::string heartbeat_key(std::int64_t rank) {
  return fmt::format("beats/{}", rank);
}

std::int64_t seconds_of(std::chrono::milliseconds time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

/// What must be equal on all ranks.
std::string job_text(const Ranks& ranks, const GroupOptions& options) {
  return fmt::format("{} processes, temper {}", ranks.size, options.version);
}

/// "rank 1, 2, 3, 4, ..."
std::string names_of(std::vector<std::int64_t> ranks) {
  const auto count = ranks.size();
  ranks.resize(std::min(count, kNamed));
  return fmt::format("rank {}{}", fmt::join(ranks, ", "), count > kNamed ? ", ..." : "");
}

/// The ranks without an entry.
/// @param key_of  the entry of a rank
template <class Key>
std::vector<std::int64_t> without(const Ranks& ranks, Board& board, const Key& key_of) {
  std::vector<std::int64_t> found;
  for (std::int64_t rank = 0; rank < ranks.size; ++rank)
    if (!board.has(key_of(rank))) found.push_back(rank);
  return found;
}

/// That ranks have come, and are lost. @param timeout  that they had
Error lost(const Ranks& ranks, const std::vector<std::int64_t>& named,
           std::chrono::milliseconds timeout) {
  return {Code::io, fmt::format("{} has come to {}:{}, and has given no sign of life since, for "
                                "{} s: it was killed, or its machine or network is gone",
                                names_of(named), ranks.host, ranks.port, seconds_of(timeout))};
}

/// That not all ranks have come.
Error missing(const Ranks& ranks, const GroupOptions& options, Board& board) {
  const auto named = without(ranks, board, present_key);
  if (named.empty()) return lost(ranks, {0}, options.join_timeout);
  return {Code::usage, fmt::format("{} of {} ranks have not come to {}:{} within {} s: {}; check "
                                   "their output, and that they have the same WORLD_SIZE",
                                   named.size(), ranks.size, ranks.host, ranks.port,
                                   seconds_of(options.join_timeout), names_of(named))};
}

/// Throws the error of another rank that has ended.
void check_endings(const Ranks& ranks, Board& board) {
  const auto endings = endings_on(board);
  const auto* const found = first_of_others(endings, ranks.rank);
  if (found == nullptr) return;
  note_reader(board, ranks.rank);
  throw error_of(*found);
}

/// Waits for an entry, and looks around meanwhile.
/// @return whether it is there: false after the deadline, or where the look says so
bool await(const Ranks& ranks, Board& board, const std::string& key, Clock::time_point deadline,
           const std::function<bool()>& look) {
  while (!board.has(key)) {
    if (!look() || Clock::now() >= deadline) return false;
    pause(ranks);
  }
  return true;
}

/// Whether the others that are there know why this rank ends.
bool all_know(const Ranks& ranks, Board& board) {
  const auto readers = readers_on(board);
  for (std::int64_t rank = 0; rank < ranks.size; ++rank)
    if (rank != ranks.rank && std::ranges::find(readers, rank) == readers.end() &&
        board.has(present_key(rank)))
      return false;
  return true;
}

/// Tells the others why this rank ends, unless one of them has told it. Rank 0 keeps its store
/// until they know.
void tell(const Ranks& ranks, Board& board, const Error& error) {
  try {
    if (first_of_others(endings_on(board), ranks.rank) == nullptr)
      leave_ending(board, ending_of(ranks.rank, /*step=*/0, error));
    if (ranks.rank != 0 || ranks.has_store) return;
    const auto deadline = Clock::now() + kToTell;
    while (!all_know(ranks, board) && Clock::now() < deadline) pause(ranks);
  } catch (const std::exception&) {
    return;  // nobody can be told: the store is gone
  }
}

/// Does some work on the way, and tells the others an error of it.
/// @return what the work returns
template <class Work>
auto telling(const Ranks& ranks, Board& board, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    tell(ranks, board, error);
    throw;
  }
}

/// Begins a meeting: a new one, also in a store that has others.
Meeting begin_meeting(const Ranks& ranks, const GroupOptions& options, const Boards& boards) {
  const auto prefix = prefix_of(boards(kRoot)->add(kMeetings, 1));
  Meeting meeting{.prefix = prefix, .board = boards(prefix)};
  meeting.board->set(present_key(0), job_text(ranks, options));
  return meeting;
}

/// Waits for the others, as rank 0.
void gather(const Ranks& ranks, const GroupOptions& options, Board& board,
            Clock::time_point deadline) {
  const auto look = [&] {
    check_stop(options);
    check_endings(ranks, board);
    if (board.has(kRefused)) throw Error(Code::usage, board.get({kRefused}).front());
    (void)board.add(kWaits, 1);
    return true;
  };
  for (std::int64_t rank = 1; rank < ranks.size; ++rank)
    if (!await(ranks, board, present_key(rank), deadline, look))
      throw missing(ranks, options, board);
  board.set(kComplete, "1");
}

/// Enters the meeting of rank 0. Throws Error{Code::usage} where it is that of another job.
/// @return false: there is a rank of this number already, that of an earlier start
bool enter(const Ranks& ranks, const GroupOptions& options, Board& board) {
  const auto theirs = board.get({present_key(0)}).front();
  if (const auto own = job_text(ranks, options); theirs != own) {
    const auto message = fmt::format(
        "rank {} belongs to a job of {}, and rank 0 at {}:{} to one of {}; two jobs may use one "
        "port: choose another MASTER_PORT for one of them, or start all ranks with the same "
        "launcher and the same program",
        ranks.rank, own, ranks.host, ranks.port, theirs);
    board.set(kRefused, message);
    throw Error(Code::usage, message);
  }
  const bool first = board.add(fmt::format("taken/{}", ranks.rank), 1) == 1;
  if (!first && !ranks.has_store)
    throw Error(Code::usage,
                fmt::format("two processes say that they are rank {} at {}:{}; perhaps two jobs "
                            "use one port: choose another MASTER_PORT for one of them",
                            ranks.rank, ranks.host, ranks.port));
  if (first) board.set(present_key(ranks.rank), "1");
  return first;
}

/// Enters the meeting that rank 0 has begun last, when rank 0 is there. A launcher's store may have
/// those of earlier starts: one goes on only while rank 0 counts.
Meeting find_meeting(const Ranks& ranks, const GroupOptions& options, const Boards& boards,
                     Clock::time_point deadline) {
  const auto root = boards(kRoot);
  Meeting meeting;
  std::int64_t number = 0;
  std::int64_t count = 0;
  while (true) {
    check_stop(options);
    if (const auto last = root->add(kMeetings, 0); std::exchange(number, last) != last) {
      meeting = {.prefix = prefix_of(last), .board = boards(prefix_of(last))};
      count = meeting.board->add(kWaits, 0);
    }
    if (meeting.board && meeting.board->has(present_key(0))) {
      const auto before = std::exchange(count, meeting.board->add(kWaits, 0));
      const bool goes_on = !ranks.has_store || count != before;
      if (goes_on && enter(ranks, options, *meeting.board)) return meeting;
    }
    if (Clock::now() >= deadline)
      throw Error(Code::usage,
                  fmt::format("rank 0 has not come to {}:{} within {} s; check its output, and "
                              "that all ranks have the same WORLD_SIZE",
                              ranks.host, ranks.port, seconds_of(options.join_timeout)));
    pause(ranks);
  }
}

/// Waits for the others, as one of them.
/// @return false: rank 0 has begun another meeting
bool await_others(const Ranks& ranks, const GroupOptions& options, const Boards& boards,
                  const Meeting& meeting, Clock::time_point deadline) {
  const auto root = boards(kRoot);
  bool is_last = true;
  const auto look = [&] {
    check_stop(options);
    check_endings(ranks, *meeting.board);
    is_last = prefix_of(root->add(kMeetings, 0)) == meeting.prefix;
    return is_last;
  };
  if (await(ranks, *meeting.board, kComplete, deadline, look)) return true;
  if (is_last) throw missing(ranks, options, *meeting.board);
  return false;
}

}  // namespace

void check_stop(const GroupOptions& options) {
  if (options.stop != nullptr && options.stop->is_set())
    throw Error(Code::stopped,
                "stopped before all ranks were there; the same command on all of them begins or "
                "resumes the run");
}

Meeting meet(const Ranks& ranks, const GroupOptions& options, const Boards& boards) {
  const auto deadline = Clock::now() + options.join_timeout;
  if (ranks.rank == 0) {
    auto meeting = begin_meeting(ranks, options, boards);
    telling(ranks, *meeting.board, [&] { gather(ranks, options, *meeting.board, deadline); });
    return meeting;
  }
  while (true) {
    auto meeting = find_meeting(ranks, options, boards, deadline);
    if (telling(ranks, *meeting.board,
                [&] { return await_others(ranks, options, boards, meeting, deadline); }))
      return meeting;
  }
}

void await_heartbeats(const Ranks& ranks, const GroupOptions& options, Board& board) {
  board.set(heartbeat_key(ranks.rank), "1");
  const auto deadline = Clock::now() + options.rank_timeout;
  const auto is_there = [&](const std::string& key) {
    return await(ranks, board, key, deadline, [&] {
      check_stop(options);
      check_endings(ranks, board);
      return true;
    });
  };
  telling(ranks, board, [&] {
    bool all = true;
    if (ranks.rank > 0)
      all = is_there(kAlive);
    else
      for (std::int64_t rank = 1; all && rank < ranks.size; ++rank)
        all = is_there(heartbeat_key(rank));
    if (!all) {
      auto named = without(ranks, board, heartbeat_key);
      if (named.empty()) named = {0};
      throw lost(ranks, named, options.rank_timeout);
    }
    if (ranks.rank == 0) board.set(kAlive, "1");
  });
}

}  // namespace temper::distributed
